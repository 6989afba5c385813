import type { RequestScope, ServeOutcome, Serving, ServingTarget } from '../../serving/api.ts';
import { bodyOf } from '../answer_text.ts';
import { remembered } from '../memoize.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import { MEMORY_STATUS, type RequestMemory } from '../memory/request_memory.ts';
import type { RequestRecord } from '../metrics/request_metrics.ts';
import { BODY_STATUS, type BodyOutcome, readBody } from '../request_body.ts';
import { type ComputedAnswer, type Method, parseComputation } from './computation.ts';
import { metadataDocument } from './documents/metadata_document.ts';
import { statusDocument } from './documents/status_document.ts';
import { notServed, statusNotServed } from './not_served.ts';
import { type Answer, errorAnswer, jsonAnswer, preflightAnswer, responseOf } from './response.ts';
import { parseRoute, type Route } from './route.ts';

export interface TensorFlowServingOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
  readonly memory: RequestMemory;
  /** Is told of every request that was answered. */
  readonly record?: (request: RequestRecord) => void;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type TensorFlowServingHandler = (
  request: Request,
  path: string,
  scope: RequestScope,
) => Promise<Response>;

/** TensorFlow Serving's REST API, version 1, over a Serving. */
export function createTensorFlowServingHandler(options: TensorFlowServingOptions): TensorFlowServingHandler {
  return async (request, path, scope) => {
    const start = performance.now();
    const { phases } = scope;
    const began = phases?.now() ?? 0;
    const { method } = request;
    let answer: Answer;
    // Whether the origin may read answers is the caller's matter: no header here says that it may.
    if (method === 'OPTIONS') answer = preflightAnswer(request.headers);
    else {
      const route = method === 'POST' ? parsePostRoute(path) : parseRoute(method, path);
      let answering: Answer | Promise<Answer>;
      if (isComputation(route)) {
        const share = options.memory.open();
        try {
          // As a rule a computation waits for nothing else.
          const body = await readBody(request, options.maxRequestBytes, share);
          phases?.end('body', began);
          answering = answerComputed(options.serving, request.url, body, route, scope, share);
          if (answering instanceof Promise) answering = await answering;
        } finally {
          share.endHandling();
        }
      } else answering = answerRoute(options.serving, route, scope);
      answer = answering instanceof Promise ? await answering : answering;
      options.record?.({
        model: 'target' in route ? route.target.model : '',
        isKnownModel: answer.isKnownModel,
        version: answer.by?.version ?? '',
        api: isComputation(route) ? route.kind : '',
        httpStatus: answer.status,
        milliseconds: performance.now() - start,
        examples: answer.examples,
      });
    }
    phases?.end('total', began);
    return responseOf(answer, phases);
  };
}

const parsePostRoute = remembered((path) => parseRoute('POST', path));

type ComputationRoute = Extract<Route, { readonly kind: Method }>;

function isComputation(route: Route): route is ComputationRoute {
  return route.kind === 'predict' || route.kind === 'classify' || route.kind === 'regress';
}

function answerRoute(
  serving: Serving,
  route: Exclude<Route, ComputationRoute>,
  scope: RequestScope,
): Answer | Promise<Answer> {
  switch (route.kind) {
    case 'status':
      return answerStatus(serving, route.target, scope);
    case 'metadata':
      return answerMetadata(serving, route.target, scope);
    case 'malformed':
    case 'missing model name':
      return errorAnswer(route.message, 400);
  }
}

/** A body that is no such request is refused before the model is looked up, as in TensorFlow Serving. */
function answerComputed(
  serving: Serving,
  url: string,
  body: BodyOutcome,
  { kind: method, target }: ComputationRoute,
  scope: RequestScope,
  share: MemoryShare,
): Answer | Promise<Answer> {
  if (body.kind !== 'read') return errorAnswer(body.message, BODY_STATUS[body.kind]);
  const computation = parseComputation(method, body.bytes, wantsStrictJson(url) ? 'null' : 'token', share);
  if (computation.kind === 'invalid') return errorAnswer(computation.message, 400);
  const outcome = serving.serve(target, computation.compute, scope);
  return outcome instanceof Promise
    ? outcome.then((settled) => servedAnswer(target, settled, share))
    : servedAnswer(target, outcome, share);
}

function servedAnswer(
  target: ServingTarget,
  outcome: ServeOutcome<ComputedAnswer>,
  share: MemoryShare,
): Answer {
  if (outcome.kind !== 'served') return refusal(notServed(target, outcome), outcome.kind);
  const { answer, by } = outcome;
  switch (answer.kind) {
    case 'computed':
      return jsonAnswer(bodyOf(answer.json, share), by, answer.examples);
    case 'refused':
      return errorAnswer(answer.message, 400, by);
    default:
      return errorAnswer(answer.message, MEMORY_STATUS[answer.kind], by);
  }
}

/** `?strict_json=true`: NaN and infinities, which JSON has not, are answered as null. */
function wantsStrictJson(url: string): boolean {
  return url.includes('?') && new URL(url).searchParams.get('strict_json') === 'true';
}

async function answerMetadata(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') return refusal(notServed(target, outcome), outcome.kind);
  const document = metadataDocument(target.model, outcome.by.version, outcome.signatures);
  return jsonAnswer(JSON.stringify(document), outcome.by);
}

async function answerStatus(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const { selector } = target;
  const outcome = await serving.status(target, scope);
  if (outcome.kind !== 'status') return refusal(statusNotServed(target, outcome), outcome.kind);
  const versions =
    selector.kind === 'version'
      ? outcome.versions.filter(({ version }) => version === selector.version)
      : outcome.versions;
  if (versions.length === 0) {
    return refusal(statusNotServed(target, { kind: 'unknown model' }), 'unknown version');
  }
  return jsonAnswer(JSON.stringify(statusDocument(versions)), outcome.by);
}

/** Only a label can be unknown of a model that is there for sure: versions can be asked for of any name. */
function refusal({ status, message }: { status: number; message: string }, kind: string): Answer {
  return { ...errorAnswer(message, status), isKnownModel: kind === 'unknown label' };
}
