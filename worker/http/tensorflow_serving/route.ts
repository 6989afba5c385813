import type { VersionSelector } from '../../registry/pointer/pointer.ts';
import { parseVersion } from '../../registry/version/version.ts';
import type { ServingTarget } from '../../serving/api.ts';

export type Route =
  | { readonly kind: 'predict' | 'classify' | 'regress'; readonly target: ServingTarget }
  | { readonly kind: 'status' | 'metadata'; readonly target: ServingTarget }
  /** TensorFlow Serving has no list of models. */
  | { readonly kind: 'list' }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'missing model name'; readonly message: string };

// The patterns of TensorFlow Serving's http_rest_api_util.cc, extended by semantic versions.
const SELECTOR = String.raw`(?:/versions/(?<version>\d+(?:\.\d+)*)|/labels/(?<label>[^/:]+))?`;
const POST_PATH = new RegExp(
  `^/v1/models/(?<model>[^/:]+)${SELECTOR}:(?<method>classify|regress|predict)$`,
  'i',
);
const GET_PATH = new RegExp(
  `^/v1/models(?:/(?<model>[^/:]+))?${SELECTOR}(?:/(?<subresource>metadata))?$`,
  'i',
);

const LIST_PATH = /^\/v1\/models$/i;

/**
 * Parses a request's path with TensorFlow Serving's grammar: paths in any case, methods in lower case, names
 * percent-decoded after matching.
 *
 * @param path the pathname as it was sent, still percent-encoded and without the query
 */
export function parseRoute(method: string, path: string): Route {
  const malformed = { kind: 'malformed', message: `Malformed request: ${method} ${path}` } as const;
  const pattern = method === 'POST' ? POST_PATH : method === 'GET' ? GET_PATH : undefined;
  const groups = pattern?.exec(path)?.groups;
  if (groups === undefined) return malformed;
  if (LIST_PATH.test(path)) return { kind: 'list' };

  const model = percentDecoded(groups.model ?? '');
  if (model === undefined) return malformed;
  let selector: VersionSelector = { kind: 'current' };
  if (groups.version !== undefined) {
    const version = parseVersion(groups.version);
    if (version === undefined) return badVersion(groups.version);
    selector = { kind: 'version', version };
  } else if (groups.label !== undefined) {
    const label = percentDecoded(groups.label);
    if (label === undefined) return malformed;
    selector = { kind: 'label', label };
  }
  if (model === '') return { kind: 'missing model name', message: 'Missing model name in request.' };

  const target = { model, selector };
  if (method === 'GET') {
    if (groups.subresource === 'metadata') return { kind: 'metadata', target };
    // The status of a label covers all versions: TensorFlow Serving looks only at the version.
    return { kind: 'status', target: selector.kind === 'label' ? { model, selector: ALL_VERSIONS } : target };
  }
  switch (groups.method) {
    case 'predict':
    case 'classify':
    case 'regress':
      return { kind: groups.method, target };
    default:
      return malformed;
  }
}

const ALL_VERSIONS = { kind: 'current' } as const;

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function badVersion(text: string): Route {
  const form = text.includes('.') ? 'MAJOR.MINOR.PATCH' : 'numeric';
  return { kind: 'malformed', message: `Failed to convert version: ${text} to ${form}.` };
}
