import type { RequestScope, Serving, ServingTarget } from '../../serving/api.ts';
import { alternatives } from '../alternatives.ts';
import { type Answer, documentAnswer, errorAnswer } from '../answer/answer.ts';
import { answerModelList } from '../model_list.ts';
import {
  type ComputeRoute,
  createProtocolHandler,
  type DocumentRoute,
  type Protocol,
  type ProtocolHandler,
  type ProtocolOptions,
} from '../protocol_handler.ts';
import { type Computation, compute, type Method, parseComputation } from './computation.ts';
import { metadataDocument } from './documents/metadata_document.ts';
import { statusDocument } from './documents/status_document.ts';
import { notServed, statusNotServed } from './not_served.ts';
import { parseRoute, type Route } from './route.ts';

type ComputationRoute = Extract<Route, { readonly kind: Method }>;
type Document = DocumentRoute & { readonly route: Exclude<Route, ComputationRoute> | 'preflight' };
type Compute = ComputeRoute & { readonly api: Method };

function isComputation(route: Route): route is ComputationRoute {
  return route.kind === 'predict' || route.kind === 'classify' || route.kind === 'regress';
}

/** TensorFlow Serving's REST API, version 1. */
const TENSORFLOW_SERVING: Protocol<Compute, Document, Computation> = {
  route(method, path) {
    if (method === 'OPTIONS') return { kind: 'document', model: undefined, route: 'preflight' };
    const route = parseRoute(method, path);
    if (isComputation(route)) {
      return { kind: 'compute', api: route.kind, target: route.target };
    }
    return { kind: 'document', model: 'target' in route ? route.target.model : '', route };
  },

  parse(body, request, { api }) {
    const notFinite = wantsStrictJson(request.url) ? 'null' : 'token';
    return parseComputation(api, body, request.headers, notFinite);
  },

  compute,

  refuse(target, outcome, existing) {
    return refusal(notServed(target, outcome, existing), outcome.kind);
  },

  answerDocument({ route }, request, serving, scope) {
    // The caller decides if the origin may read responses: no header here permits it.
    if (route === 'preflight') return preflightAnswer(request.headers);
    switch (route.kind) {
      case 'status':
        return answerStatus(serving, route.target, scope);
      case 'metadata':
        return answerMetadata(serving, route.target, scope);
      case 'list':
        return answerModelList(serving, scope);
      case 'malformed':
      case 'missing model name':
        return errorAnswer(route.message, 400);
    }
  },
};

export function createTensorFlowServingHandler(options: ProtocolOptions): ProtocolHandler {
  return createProtocolHandler(TENSORFLOW_SERVING, options);
}

/** With `?strict_json=true`, NaN and infinities, which are not JSON, are written as null. */
function wantsStrictJson(url: string): boolean {
  return url.includes('?') && new URL(url).searchParams.get('strict_json') === 'true';
}

/** Any path accepts a preflight, as in TensorFlow Serving. Only the Origin header is checked. */
function preflightAnswer(headers: Headers): Answer {
  if (!/https?:\/\//.test(headers.get('origin') ?? '')) {
    return errorAnswer('Origin header is missing in CORS preflight', 400);
  }
  return { status: 200, body: null, by: undefined, isKnownModel: false };
}

async function answerMetadata(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') {
    const existing = await alternatives(serving, target, outcome, scope);
    return refusal(notServed(target, outcome, existing), outcome.kind);
  }
  const { by, ...described } = outcome;
  return documentAnswer(metadataDocument(target.model, by.version, described), by);
}

async function answerStatus(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const outcome = await serving.status(target, scope);
  if (outcome.kind !== 'status') {
    const existing = await alternatives(serving, target, outcome, scope);
    return refusal(statusNotServed(target, outcome, existing), outcome.kind);
  }
  const { versions, by } = outcome;
  if (versions.length === 0) {
    return refusal(statusNotServed(target, { kind: 'unknown model' }, ''), 'unknown version');
  }
  return documentAnswer(statusDocument(versions), by);
}

/** An unknown label proves that the model exists, whereas a version can be requested of any name. */
function refusal({ status, message }: { status: number; message: string }, kind: string): Answer {
  return { ...errorAnswer(message, status), isKnownModel: kind === 'unknown label' };
}
