import type { NotServed, RequestScope, ServableView, Serving, ServingTarget } from '../serving/api.ts';
import { type Answer, errorAnswer, responseOf } from './answer.ts';
import { type AnswerText, bodyOf } from './answer_text.ts';
import { remembered } from './memoize.ts';
import type { MemoryRefusal, MemoryShare } from './memory/memory_share.ts';
import { MEMORY_STATUS, type RequestMemory } from './memory/request_memory.ts';
import type { RequestRecord } from './metrics/request_metrics.ts';
import { minimumGenerationFault } from './minimum_generation.ts';
import { BODY_STATUS, readBody } from './request_body.ts';

/** A request that computes something, as its path says it. */
export interface ComputeRoute {
  readonly kind: 'compute';
  /** The operation, as metrics name it: predict, classify, regress, infer. */
  readonly api: string;
  readonly target: ServingTarget;
}

/** Any other request. */
export interface DocumentRoute {
  readonly kind: 'document';
  /** What metrics count it for; undefined for a request that they do not count. */
  readonly model: string | undefined;
}

export type Parsed<Computation> =
  | { readonly kind: 'parsed'; readonly computation: Computation }
  /** The body is no such request, whatever the model. */
  | { readonly kind: 'invalid'; readonly message: string };

/** What a computation came to. */
export type Computed =
  | {
      readonly kind: 'computed';
      readonly body: string | AnswerText;
      /** The size of the batch. */
      readonly examples: number;
      /** How many bytes of the body are JSON, where binary data follows. */
      readonly headerLength?: number | undefined;
    }
  /** This version cannot answer this request; the message is the client's. */
  | { readonly kind: 'refused'; readonly message: string }
  | MemoryRefusal;

/** What one protocol has of its own. */
export interface Protocol<Compute extends ComputeRoute, Document extends DocumentRoute, Computation> {
  /** What a request asks for. `path` is the pathname as it was sent, still percent-encoded. */
  route(method: string, path: string): Compute | Document;
  /** Parses a body as far as that is possible without a model. */
  parse(body: Uint8Array, request: Request, route: Compute): Parsed<Computation>;
  /** Decodes the inputs, executes, encodes the outputs. Without effects: it may be done again with another version. */
  compute(servable: ServableView, computation: Computation, share: MemoryShare): Promise<Computed>;
  /** The error of a request for a model that is not served. */
  refuse(target: ServingTarget, outcome: NotServed): Answer;
  answerDocument(
    route: Document,
    request: Request,
    serving: Serving,
    scope: RequestScope,
  ): Answer | Promise<Answer>;
}

export interface ProtocolOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
  readonly memory: RequestMemory;
  /** Is told of every request that metrics count. */
  readonly record?: (request: RequestRecord) => void;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type ProtocolHandler = (request: Request, path: string, scope: RequestScope) => Promise<Response>;

/** The way of every request: route, body, parse, compute with a version, respond, record. */
export function createProtocolHandler<
  Compute extends ComputeRoute,
  Document extends DocumentRoute,
  Computation,
>(protocol: Protocol<Compute, Document, Computation>, options: ProtocolOptions): ProtocolHandler {
  // The paths of computations are few, and parsing one takes as long as a small model computes.
  const routePost = remembered((path) => protocol.route('POST', path));
  return async (request, path, scope) => {
    const start = performance.now();
    const { method } = request;
    const { phases } = scope;
    const began = phases?.now() ?? 0;
    const route = method === 'POST' ? routePost(path) : protocol.route(method, path);
    const isComputed = route.kind === 'compute';
    const answer = isComputed
      ? await answerComputed(protocol, options, request, route, scope)
      : await protocol.answerDocument(route, request, options.serving, scope);
    phases?.end('total', began);
    const model = isComputed ? route.target.model : route.model;
    if (model !== undefined) {
      options.record?.({
        model,
        isKnownModel: answer.isKnownModel,
        version: answer.by?.version ?? '',
        api: isComputed ? route.api : '',
        httpStatus: answer.status,
        milliseconds: performance.now() - start,
        examples: answer.examples,
      });
    }
    return responseOf(answer, phases);
  };
}

/** A body that is no such request is refused before the model is looked up, as in TensorFlow Serving. */
async function answerComputed<Compute extends ComputeRoute, Document extends DocumentRoute, Computation>(
  protocol: Protocol<Compute, Document, Computation>,
  { serving, memory, maxRequestBytes }: ProtocolOptions,
  request: Request,
  route: Compute,
  scope: RequestScope,
): Promise<Answer> {
  const { phases } = scope;
  const began = phases?.now() ?? 0;
  const share = memory.open();
  try {
    const body = await readBody(request, maxRequestBytes, share);
    phases?.end('body', began);
    if (body.kind !== 'read') return errorAnswer(body.message, BODY_STATUS[body.kind]);
    const parsed = protocol.parse(body.bytes, request, route);
    if (parsed.kind === 'invalid') return errorAnswer(parsed.message, 400);
    const fault = minimumGenerationFault(request.headers);
    if (fault !== undefined) return errorAnswer(fault, 400);

    // Most requests go through once. A flip in the meantime, or a canary that fails, has another version compute again.
    let acquired = await serving.acquire(route.target, scope);
    while (acquired.kind === 'acquired') {
      let computed: Computed;
      try {
        computed = await protocol.compute(acquired.servable, parsed.computation, share);
      } catch (error) {
        const failed = await acquired.fail(error);
        if (failed.kind === 'counts') throw error;
        acquired = failed;
        continue;
      }
      const released = await acquired.release();
      if (released.kind === 'counts') return computedAnswer(computed, released.by, share);
      acquired = released;
    }
    return protocol.refuse(route.target, acquired);
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
