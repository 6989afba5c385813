import type { ModelContent } from '../../model/content.ts';
import type { ImageInput } from '../../model/image_input.ts';
import type { Signature } from '../../model/signature.ts';
import { parseVersion } from '../../registry/version/version.ts';
import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { RequestScope, Serving, ServingTarget } from '../../serving/api.ts';
import { serve } from '../../serving/request/serve.ts';
import { alternatives } from '../alternatives.ts';
import { type Answer, documentAnswer, errorAnswer } from '../answer/answer.ts';
import type { RequestCounts } from '../metrics/request_metrics.ts';
import { answerModelList } from '../model_list.ts';
import {
  type ComputeRoute,
  createProtocolHandler,
  type DocumentRoute,
  type Protocol,
  type ProtocolHandler,
  type ProtocolOptions,
} from '../protocol_handler.ts';
import { pathOfUrl } from '../request_path.ts';
import { infer } from './infer.ts';
import { modelMetadata, SERVER_METADATA } from './metadata.ts';
import { notServed, type Refusal, unknownVersion } from './not_served.ts';
import { type ParsedRequest, parseInferenceRequest } from './request/parse_request.ts';
import { parseRoute, type Route } from './route.ts';
import { selectSignature } from './select_signature.ts';
import { countedVersions, statistics } from './statistics.ts';
import { modelConfiguration, NOT_BY_CLIENTS, repositoryIndex } from './triton_extensions.ts';

type ServerRoute = Exclude<Route, { readonly model: string }>;
type Document = DocumentRoute & {
  readonly asks:
    | ServerRoute
    | {
        readonly kind: 'model ready' | 'model metadata' | 'model config' | 'model statistics';
        readonly target: ServingTarget;
      }
    | { readonly kind: 'unknown version'; readonly refusal: Refusal };
};

type ReadCounts = () => readonly RequestCounts[];

/** Open Inference Protocol v2, with those of Triton's extensions that its clients need. */
const openInference = (counts: ReadCounts): Protocol<ComputeRoute, Document, ParsedRequest> => ({
  compresses: true,

  route(method, path) {
    const route = parseRoute(method, path);
    if (!('model' in route)) return { kind: 'document', model: undefined, asks: route };
    const { kind, model, version } = route;
    const target = targetOf(model, version);
    if (target === undefined) {
      const refusal = unknownVersion(model, version ?? '');
      return { kind: 'document', model, asks: { kind: 'unknown version', refusal } };
    }
    return kind === 'infer'
      ? { kind: 'compute', api: 'infer', target }
      : { kind: 'document', model, asks: { kind, target } };
  },

  parse(body, { headers }, { target }) {
    const headerLength = headers.get('inference-header-content-length');
    const parsed = parseInferenceRequest(body, headerLength, target.model);
    return parsed.kind === 'invalid' ? parsed : { kind: 'parsed', computation: parsed };
  },

  compute: infer,

  refuse(target, outcome, existing) {
    return refused(notServed(target, outcome, existing));
  },

  answerDocument({ asks }, { method, url }, serving, scope) {
    switch (asks.kind) {
      case 'model ready':
        return answerReady(serving, asks.target, scope);
      case 'model metadata':
        return answerDescription(serving, asks.target, scope, async (...described) =>
          modelMetadata(...described, await serving.versions(asks.target.model)),
        );
      case 'model config':
        return answerDescription(serving, asks.target, scope, modelConfiguration);
      case 'model statistics':
        return answerStatistics(serving, asks.target, scope, counts());
      case 'statistics':
        return documentAnswer(
          statistics(counts().filter(({ model }) => scope.modelRefusal?.(model) === undefined)),
        );
      case 'repository index':
        return answerModelList(serving, scope, repositoryIndex);
      case 'repository change':
        return errorAnswer(NOT_BY_CLIENTS, 400);
      case 'unknown version':
        return refused(asks.refusal);
      case 'server metadata':
        return documentAnswer(SERVER_METADATA);
      case 'live':
        return documentAnswer({ live: true });
      case 'ready':
        // Models load on demand: an isolate that runs is ready.
        return documentAnswer({ live: true, ready: true });
      case 'list':
        return answerModelList(serving, scope);
      case 'not found':
        return errorAnswer(`There is nothing at ${pathOfUrl(url)}`, 404);
      case 'wrong method': {
        const message = `Method Not Allowed: ${method} ${pathOfUrl(url)}`;
        return { ...errorAnswer(message, 405), allowed: asks.allowed };
      }
    }
  },
});

export interface OpenInferenceOptions extends ProtocolOptions {
  /** Returns what the isolate has counted, if it counts. */
  readonly counts?: ReadCounts;
}

export function createOpenInferenceHandler(options: OpenInferenceOptions): ProtocolHandler {
  return createProtocolHandler(openInference(options.counts ?? (() => [])), options);
}

/** The protocol allows any text as a version. Text that is not a version here names one that does not exist. */
function targetOf(model: string, text: string | undefined): ServingTarget | undefined {
  if (text === undefined) return { model, selector: { kind: 'current' } };
  const version = parseVersion(text);
  return version === undefined ? undefined : { model, selector: { kind: 'version', version } };
}

/** A model is ready if it can be served. The check loads it. */
async function answerReady(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const served = await serve(serving, target, () => true, scope);
  if (served.kind !== 'served') {
    return refused(notServed(target, served, await alternatives(serving, target, served, scope)));
  }
  return documentAnswer({ name: target.model, ready: served.answer }, served.by);
}

type Described = [
  model: string,
  format: ModelContent['format'],
  signature: Signature,
  /** The input of the signature that an image becomes, if there is one. */
  image: ImageInput | undefined,
];

async function answerDescription(
  serving: Serving,
  target: ServingTarget,
  scope: RequestScope,
  documentOf: (...described: Described) => ValueOrPromise<object>,
): Promise<Answer> {
  const { model } = target;
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') {
    return refused(notServed(target, outcome, await alternatives(serving, target, outcome, scope)));
  }
  const { by, format, signatures, leftOut, image } = outcome;
  const choice = selectSignature(signatures, undefined, leftOut);
  if (choice.kind === 'invalid') return errorAnswer(choice.message, 400, by);
  const itsImage = image?.signature === choice.name ? image : undefined;
  return documentAnswer(await documentOf(model, format, choice.signature, itsImage), by);
}

/** Reports a version, or the current one and all others that have answered. */
async function answerStatistics(
  serving: Serving,
  target: ServingTarget,
  scope: RequestScope,
  counts: readonly RequestCounts[],
): Promise<Answer> {
  const { model, selector } = target;
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') {
    return refused(notServed(target, outcome, await alternatives(serving, target, outcome, scope)));
  }
  const { by } = outcome;
  const others = selector.kind === 'current' ? countedVersions(counts, model) : [];
  const asked = [{ model, version: by.version }, ...others.filter(({ version }) => version !== by.version)];
  return documentAnswer(statistics(counts, asked), by);
}

function refused({ status, message }: Refusal): Answer {
  return errorAnswer(message, status);
}
