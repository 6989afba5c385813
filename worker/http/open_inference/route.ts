export type Route =
  | { readonly kind: 'server metadata' | 'live' | 'ready' | 'list' | 'statistics' | 'repository index' }
  | {
      readonly kind: 'model metadata' | 'model ready' | 'model config' | 'model statistics' | 'infer';
      readonly model: string;
      /** As the client wrote it, decoded; undefined for the current version. */
      readonly version: string | undefined;
    }
  /** Triton's clients load and unload models with it. */
  | { readonly kind: 'repository change'; readonly change: 'load' | 'unload' }
  | { readonly kind: 'not found' }
  | { readonly kind: 'wrong method'; readonly allowed: string };

// Names are split before they are decoded: an escaped slash is part of a name.
const MODEL_PATH =
  /^\/v2\/models\/(?<model>[^/]+)(?:\/versions\/(?<version>[^/]+))?(?:\/(?<action>infer|ready|config|stats))?$/;
const REPOSITORY_PATH = /^\/v2\/repository\/models\/[^/]+\/(?<change>load|unload)$/;
const REPOSITORY_INDEX = '/v2/repository/index';

const SERVER_ROUTES: Readonly<Record<string, 'server metadata' | 'live' | 'ready' | 'list' | 'statistics'>> =
  {
    '/v2': 'server metadata',
    // The protocol's API document uses the path with the slash.
    '/v2/': 'server metadata',
    '/v2/health/live': 'live',
    '/v2/health/ready': 'ready',
    '/v2/models': 'list',
    // In Triton too, it hides the metadata of a model of that name.
    '/v2/models/stats': 'statistics',
  };

/**
 * Parses a request's path. Everything is case-sensitive, as the protocol requires. HEAD counts as GET.
 *
 * @param path the pathname as it was sent, still percent-encoded and without the query
 */
export function parseRoute(method: string, path: string): Route {
  const isGet = method === 'GET' || method === 'HEAD';
  if (Object.hasOwn(SERVER_ROUTES, path)) {
    const kind = SERVER_ROUTES[path];
    if (kind !== undefined) return isGet ? { kind } : GET_ONLY;
  }
  if (path === REPOSITORY_INDEX) return method === 'POST' ? { kind: 'repository index' } : POST_ONLY;
  const change = REPOSITORY_PATH.exec(path)?.groups?.change;
  if (change === 'load' || change === 'unload') {
    return method === 'POST' ? { kind: 'repository change', change } : POST_ONLY;
  }
  const groups = MODEL_PATH.exec(path)?.groups;
  const model = percentDecoded(groups?.model);
  if (groups === undefined || model === undefined) return { kind: 'not found' };
  const version = percentDecoded(groups.version);
  if (version === undefined && groups.version !== undefined) return { kind: 'not found' };
  switch (groups.action) {
    case 'infer':
      return method === 'POST' ? { kind: 'infer', model, version } : POST_ONLY;
    case 'config':
      return isGet ? { kind: 'model config', model, version } : GET_ONLY;
    case 'stats':
      return isGet ? { kind: 'model statistics', model, version } : GET_ONLY;
    case 'ready':
      return isGet ? { kind: 'model ready', model, version } : GET_ONLY;
    default:
      return isGet ? { kind: 'model metadata', model, version } : GET_ONLY;
  }
}

const GET_ONLY = { kind: 'wrong method', allowed: 'GET, HEAD' } as const;
const POST_ONLY = { kind: 'wrong method', allowed: 'POST' } as const;

function percentDecoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
