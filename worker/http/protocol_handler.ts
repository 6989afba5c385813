import type { ValueOrPromise } from '../runtime/value_or_promise.ts';
import type { NotServed, RequestScope, ServableView, Serving, ServingTarget } from '../serving/api.ts';
import { serve } from '../serving/request/serve.ts';
import type { TrafficRecorder } from '../traffic/traffic_recorder.ts';
import { alternatives } from './alternatives.ts';
import { type Answer, errorAnswer, responseOf } from './answer/answer.ts';
import { type AnswerText, bodyOf } from './answer/answer_text.ts';
import { askedCompression, compressed } from './answer/compression.ts';
import { BODY_STATUS, readBody } from './body/request_body.ts';
import { memoize } from './memoize.ts';
import type { MemoryRefusal, MemoryShare } from './memory/memory_share.ts';
import { MEMORY_STATUS, type RequestMemory } from './memory/request_memory.ts';
import type { RequestRecord } from './metrics/request_metrics.ts';
import { MINIMUM_GENERATION_FAULT } from './minimum_generation.ts';
import { requestIdOf } from './request_id.ts';
import { measured } from './traffic/measured_servable.ts';
import { recordedRequest } from './traffic/recorded_request.ts';

const LONGEST_PATH = 200;

/** A request that computes, as its path describes it. */
export interface ComputeRoute {
  readonly kind: 'compute';
  /** The operation as metrics name it: predict, classify, regress, infer. */
  readonly api: string;
  readonly target: ServingTarget;
}

/** Any other request. */
export interface DocumentRoute {
  readonly kind: 'document';
  /** The model that metrics count the request for; undefined for a request that they do not count. */
  readonly model: string | undefined;
}

export type Parsed<Computation> =
  | { readonly kind: 'parsed'; readonly computation: Computation }
  /** The body is not valid for any model. */
  | { readonly kind: 'invalid'; readonly message: string };

/** The result of a computation. */
export type Computed =
  | {
      readonly kind: 'computed';
      readonly body: string | AnswerText;
      /** The size of the batch. */
      readonly examples: number;
      /** The length of the JSON in bytes, if binary data follows it. */
      readonly headerLength?: number | undefined;
    }
  /** This version cannot answer this request. The message is for the client. */
  | { readonly kind: 'refused'; readonly message: string }
  | MemoryRefusal;

/** The parts that differ between the protocols. */
export interface Protocol<Compute extends ComputeRoute, Document extends DocumentRoute, Computation> {
  /** True if computed answers are compressed for clients that ask for one format. */
  readonly compresses?: boolean;
  /** Parses a request's path. `path` is the pathname as it was sent, still percent-encoded. */
  route(method: string, path: string): Compute | Document;
  /** Parses a body as far as is possible without a model. */
  parse(body: Uint8Array, request: Request, route: Compute): Parsed<Computation>;
  /**
   * Decodes the inputs, executes, encodes the outputs. It has no side effects, so that it can be repeated with another
   * version.
   */
  compute(servable: ServableView, computation: Computation, share: MemoryShare): ValueOrPromise<Computed>;
  /**
   * Makes the error of a request for a model that is not served.
   *
   * @param existing the names that exist instead, as a clause, or ''
   */
  refuse(target: ServingTarget, outcome: NotServed, existing: string): Answer;
  answerDocument(
    route: Document,
    request: Request,
    serving: Serving,
    scope: RequestScope,
  ): ValueOrPromise<Answer>;
}

export interface ProtocolOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
  readonly memory: RequestMemory;
  /** Receives every request that metrics count. */
  readonly record?: (request: RequestRecord) => void;
  readonly log?: (entry: Record<string, unknown>) => void;
  /** Records a sample of the requests as data points, if there is a dataset for them. */
  readonly traffic?: TrafficRecorder | undefined;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type ProtocolHandler = (request: Request, path: string, scope: RequestScope) => Promise<Response>;

/** Handles every request in the same steps: route, read the body, parse, compute with a version, respond, record. */
export function createProtocolHandler<
  Compute extends ComputeRoute,
  Document extends DocumentRoute,
  Computation,
>(protocol: Protocol<Compute, Document, Computation>, options: ProtocolOptions): ProtocolHandler {
  // Few paths compute, and parsing one takes as long as a small model computes.
  const routePost = memoize((path) => protocol.route('POST', path));
  const { traffic } = options;
  return async (request, path, scope) => {
    const start = performance.now();
    const { method } = request;
    const { phases } = scope;
    const began = phases?.now() ?? 0;
    const route = method === 'POST' ? routePost(path) : protocol.route(method, path);
    const isComputed = route.kind === 'compute';
    const model = isComputed ? route.target.model : route.model;
    const refusal = model === undefined || model === '' ? undefined : scope.modelRefusal?.(model);
    const isRecorded = isComputed && traffic?.draws() === true;
    const count = (answer: Answer): void => {
      phases?.end('total', began);
      if (model === undefined) return;
      const api = isComputed ? route.api : '';
      const milliseconds = performance.now() - start;
      options.record?.({
        model,
        isKnownModel: answer.isKnownModel,
        version: answer.by?.version ?? '',
        api,
        httpStatus: answer.status,
        milliseconds,
        examples: answer.examples,
      });
      if (isRecorded) {
        const { target } = route;
        const recorded = recordedRequest({ target, api, answer, milliseconds, request, scope });
        traffic.recordRequest(recorded, scope);
      }
    };
    let answer: Answer;
    try {
      answer =
        refusal !== undefined
          ? errorAnswer(refusal, 403)
          : isComputed
            ? await answerComputed(protocol, options, request, route, scope, isRecorded)
            : await protocol.answerDocument(route, request, options.serving, scope);
    } catch (error) {
      // The answer to a fault is made where all requests end.
      count(errorAnswer('', 500));
      throw error;
    }
    count(answer);
    if (answer.status >= 500) options.log?.(failure(request, path, answer));
    const response = responseOf(answer, phases);
    // Triton's clients do not decompress errors.
    const mayCompress = protocol.compresses === true && isComputed && answer.status === 200;
    const compression = mayCompress ? askedCompression(request) : undefined;
    return compression === undefined ? response : compressed(response, compression);
  };
}

/** Makes the log entry of a request that the server could not answer. */
function failure(request: Request, path: string, { status, body, by }: Answer): Record<string, unknown> {
  const error = typeof body === 'string' ? body : null;
  return {
    event: 'request failed',
    request: requestIdOf(request),
    path: path.slice(0, LONGEST_PATH),
    status,
    version: by?.version ?? null,
    error,
  };
}

/** A malformed body is refused before the model is looked up, as in TensorFlow Serving. */
async function answerComputed<Compute extends ComputeRoute, Document extends DocumentRoute, Computation>(
  protocol: Protocol<Compute, Document, Computation>,
  { serving, memory, maxRequestBytes }: ProtocolOptions,
  request: Request,
  route: Compute,
  scope: RequestScope,
  isRecorded: boolean,
): Promise<Answer> {
  const { phases } = scope;
  const began = phases?.begin('body') ?? 0;
  const share = memory.open();
  try {
    const body = await readBody(request, maxRequestBytes, share);
    phases?.end('body', began);
    if (body.kind !== 'read') return errorAnswer(body.message, BODY_STATUS[body.kind]);
    const parsed = protocol.parse(body.bytes, request, route);
    if (parsed.kind === 'invalid') return errorAnswer(parsed.message, 400);
    if (Number.isNaN(scope.minimumGeneration)) return errorAnswer(MINIMUM_GENERATION_FAULT, 400);

    const compute = (servable: ServableView) => protocol.compute(servable, parsed.computation, share);
    const isMeasured = phases !== undefined && (isRecorded || phases.areTraced);
    const computation = isMeasured ? measured(compute, phases) : compute;
    const served = await serve(serving, route.target, computation, scope);
    if (served.kind === 'served') return computedAnswer(served.answer, served.by, share);
    const existing = await alternatives(serving, route.target, served, scope);
    return protocol.refuse(route.target, served, existing);
  } finally {
    share.endHandling();
  }
}

function computedAnswer(computed: Computed, by: Answer['by'], share: MemoryShare): Answer {
  switch (computed.kind) {
    case 'computed': {
      const { body, examples, headerLength } = computed;
      return { status: 200, body: bodyOf(body, share), by, isKnownModel: true, examples, headerLength };
    }
    case 'refused':
      return errorAnswer(computed.message, 400, by);
    default:
      return errorAnswer(computed.message, MEMORY_STATUS[computed.kind], by);
  }
}
