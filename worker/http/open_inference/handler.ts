import { parseVersion } from '../../registry/version/version.ts';
import type { RequestScope, ServeOutcome, Serving, ServingTarget } from '../../serving/api.ts';
import { remembered } from '../memoize.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import { MEMORY_STATUS, type RequestMemory } from '../memory/request_memory.ts';
import type { RequestRecord } from '../metrics/request_metrics.ts';
import { BODY_STATUS, type BodyOutcome, readBody } from '../request_body.ts';
import {
  type Answer,
  documentAnswer,
  errorAnswer,
  inferenceAnswer,
  responseOf,
  wrongMethodAnswer,
} from './answer/response.ts';
import { type InferAnswer, infer } from './infer.ts';
import { modelMetadata, SERVER_METADATA } from './metadata.ts';
import { notServed, type Refusal, unknownVersion } from './not_served.ts';
import { type ParsedRequest, parseInferenceRequest } from './request/parse_request.ts';
import { parseRoute, type Route } from './route.ts';
import { selectSignature } from './select_signature.ts';

export interface OpenInferenceOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
  readonly memory: RequestMemory;
  /** Is told of every request for a model that was answered. */
  readonly record?: (request: RequestRecord) => void;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type OpenInferenceHandler = (request: Request, path: string, scope: RequestScope) => Promise<Response>;

/** Open Inference Protocol v2 over a Serving, with the extension for binary tensor data. */
export function createOpenInferenceHandler(options: OpenInferenceOptions): OpenInferenceHandler {
  return async (request, path, scope) => {
    const start = performance.now();
    const { phases } = scope;
    const began = phases?.now() ?? 0;
    const { method } = request;
    const route = method === 'POST' ? parsePostRoute(path) : parseRoute(method, path);
    let answering: Answer | Promise<Answer>;
    if (!('model' in route)) answering = answerServer(options.serving, method, path, route);
    else {
      const target = targetOf(route.model, route.version);
      if (target === undefined) answering = refused(unknownVersion(route.model, route.version ?? ''));
      else if (route.kind === 'infer') {
        const share = options.memory.open();
        try {
          // As a rule an inference waits for nothing else.
          const body = await readBody(request, options.maxRequestBytes, share);
          phases?.end('body', began);
          answering = answerInfer(options.serving, body, request.headers, target, scope, share);
          if (answering instanceof Promise) answering = await answering;
        } finally {
          share.endHandling();
        }
      } else {
        const answerModel = route.kind === 'model ready' ? answerReady : answerMetadata;
        answering = answerModel(options.serving, target, scope);
      }
    }
    const answer = answering instanceof Promise ? await answering : answering;
    phases?.end('total', began);
    if ('model' in route) {
      options.record?.({
        model: route.model,
        isKnownModel: answer.by !== undefined,
        version: answer.by?.version ?? '',
        api: route.kind === 'infer' ? 'infer' : '',
        httpStatus: answer.status,
        milliseconds: performance.now() - start,
        examples: answer.examples,
      });
    }
    return responseOf(answer, phases);
  };
}

const parsePostRoute = remembered((path) => parseRoute('POST', path));

type ModelRoute = Extract<Route, { readonly model: string }>;

/** Answers what is asked of the server and not of a model. */
function answerServer(
  serving: Serving,
  method: string,
  path: string,
  route: Exclude<Route, ModelRoute>,
): Answer | Promise<Answer> {
  switch (route.kind) {
    case 'server metadata':
      return documentAnswer(SERVER_METADATA);
    case 'live':
      return documentAnswer({ live: true });
    case 'ready':
      // Models are loaded when they are asked for: an isolate that runs is ready.
      return documentAnswer({ live: true, ready: true });
    case 'list':
      return answerList(serving);
    case 'not found':
      return errorAnswer(`There is nothing at ${path}`, 404);
    case 'wrong method':
      return wrongMethodAnswer(`Method Not Allowed: ${method} ${path}`, route.allowed);
  }
}

async function answerList(serving: Serving): Promise<Answer> {
  const models = await serving.models();
  return models === undefined
    ? errorAnswer('The models cannot be listed now: storage did not answer', 503)
    : documentAnswer({ models });
}

/** Versions are any text in the protocol; a text that is no version of ours is one that does not exist. */
function targetOf(model: string, text: string | undefined): ServingTarget | undefined {
  if (text === undefined) return { model, selector: { kind: 'current' } };
  const version = parseVersion(text);
  return version === undefined ? undefined : { model, selector: { kind: 'version', version } };
}

/** A body that is no inference request is refused before the model is looked up. */
function answerInfer(
  serving: Serving,
  body: BodyOutcome,
  headers: Headers,
  target: ServingTarget,
  scope: RequestScope,
  share: MemoryShare,
): Answer | Promise<Answer> {
  if (body.kind !== 'read') return errorAnswer(body.message, BODY_STATUS[body.kind]);
  const headerLength = headers.get('inference-header-content-length');
  const parsed = parseInferenceRequest(body.bytes, headerLength, target.model);
  if (parsed.kind === 'invalid') return errorAnswer(parsed.message, 400);
  const outcome = serving.serve<InferAnswer>(target, (servable) => infer(servable, parsed, share), scope);
  return outcome instanceof Promise
    ? outcome.then((settled) => servedAnswer(target, parsed, settled, share))
    : servedAnswer(target, parsed, outcome, share);
}

function servedAnswer(
  target: ServingTarget,
  parsed: ParsedRequest,
  outcome: ServeOutcome<InferAnswer>,
  share: MemoryShare,
): Answer {
  if (outcome.kind !== 'served') return refused(notServed(target, outcome));
  const { answer, by } = outcome;
  if (answer.kind === 'invalid') return errorAnswer(answer.message, 400, by);
  if (answer.kind !== 'inferred') return errorAnswer(answer.message, MEMORY_STATUS[answer.kind], by);
  const id = parsed.kind === 'raw' ? undefined : parsed.request.id;
  return inferenceAnswer(target.model, id, answer.outputs, by, answer.examples, share);
}

/** A model is ready if it can be served; asking for it loads it. */
async function answerReady(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const outcome = await serving.serve(target, () => undefined, scope);
  if (outcome.kind !== 'served') return refused(notServed(target, outcome));
  return documentAnswer({ name: target.model, ready: true }, outcome.by);
}

async function answerMetadata(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answer> {
  const { model } = target;
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') return refused(notServed(target, outcome));
  const { by, format, signatures } = outcome;
  const choice = selectSignature(signatures, undefined);
  if (choice.kind === 'invalid') return errorAnswer(choice.message, 400, by);
  const document = modelMetadata(model, format, choice.signature, await serving.versions(model));
  return documentAnswer(document, by);
}

function refused({ status, message }: Refusal): Answer {
  return errorAnswer(message, status);
}
