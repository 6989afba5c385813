import { parseVersion } from '../../registry/version.ts';
import type {
  AnsweredBy,
  RequestScope,
  ServableView,
  Serving,
  ServingTarget,
} from '../../serving/serving.ts';
import type { RequestRecord } from '../monitoring/request_metrics.ts';
import { BODY_STATUS, readBody } from '../request_body.ts';
import { errorResponse, jsonResponse } from '../response.ts';
import { setServerTiming } from '../server_timing.ts';
import { type InferAnswer, infer } from './infer.ts';
import { modelMetadata, SERVER_METADATA } from './metadata.ts';
import { notServed, type Refusal, unknownVersion } from './not_served.ts';
import { parseInferenceRequest } from './parse_request.ts';
import { inferenceResponse } from './response.ts';
import { parseRoute, type Route } from './route.ts';
import { selectSignature } from './select_signature.ts';

export interface OpenInferenceOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
  /** Is told of every request for a model that was answered. */
  readonly record?: (request: RequestRecord) => void;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type OpenInferenceHandler = (request: Request, path: string, scope: RequestScope) => Promise<Response>;

/** Open Inference Protocol v2 over a Serving, with the extension for binary tensor data. */
export function createOpenInferenceHandler(options: OpenInferenceOptions): OpenInferenceHandler {
  return async (request, path, scope) => {
    const start = performance.now();
    const endTotal = scope.phases?.begin('total');
    const route = parseRoute(request.method, path);
    const { response, ...answer } =
      'model' in route
        ? await answerModel(options, request, route, scope)
        : { response: await answerServer(options.serving, request.method, path, route) };
    endTotal?.();
    setServerTiming(response, scope.phases);
    if ('model' in route) {
      options.record?.({
        model: route.model,
        isKnownModel: answer.by !== undefined,
        version: answer.by?.version ?? '',
        api: route.kind === 'infer' ? 'infer' : '',
        httpStatus: response.status,
        milliseconds: performance.now() - start,
        ...(answer.examples !== undefined && { examples: answer.examples }),
      });
    }
    return response;
  };
}

/** A response, and what metrics should know of it. */
interface Answered {
  readonly response: Response;
  /** Which version answered, where one was chosen. */
  readonly by?: AnsweredBy;
  /** How many examples were computed. */
  readonly examples?: number;
}

/** Answers what is asked of the server and not of a model. */
function answerServer(
  serving: Serving,
  method: string,
  path: string,
  route: Exclude<Route, ModelRoute>,
): Response | Promise<Response> {
  switch (route.kind) {
    case 'server metadata':
      return documentResponse(SERVER_METADATA);
    case 'live':
      return documentResponse({ live: true });
    case 'ready':
      // Models are loaded when they are asked for: an isolate that runs is ready.
      return documentResponse({ live: true, ready: true });
    case 'list':
      return answerList(serving);
    case 'not found':
      return errorResponse(`There is nothing at ${path}`, 404);
    case 'wrong method': {
      const response = errorResponse(`Method Not Allowed: ${method} ${path}`, 405);
      response.headers.set('allow', route.allowed);
      return response;
    }
  }
}

async function answerList(serving: Serving): Promise<Response> {
  const models = await serving.models();
  return models === undefined
    ? errorResponse('The models cannot be listed now: storage did not answer', 503)
    : documentResponse({ models });
}

type ModelRoute = Extract<Route, { readonly model: string }>;

function answerModel(
  options: OpenInferenceOptions,
  request: Request,
  { kind, model, version }: ModelRoute,
  scope: RequestScope,
): Promise<Answered> {
  const target = targetOf(model, version);
  // Versions are any text in the protocol; a text that is no version of ours is one that does not exist.
  if (target === undefined) return Promise.resolve(refused(unknownVersion(model, version ?? '')));
  switch (kind) {
    case 'infer':
      return answerInfer(options, request, target, scope);
    case 'model ready':
      return answerReady(options.serving, target, scope);
    case 'model metadata':
      return answerMetadata(options.serving, target, scope);
  }
}

function targetOf(model: string, text: string | undefined): ServingTarget | undefined {
  if (text === undefined) return { model, selector: { kind: 'current' } };
  const version = parseVersion(text);
  return version === undefined ? undefined : { model, selector: { kind: 'version', version } };
}

/** A body that is no inference request is refused before the model is looked up. */
async function answerInfer(
  { serving, maxRequestBytes }: OpenInferenceOptions,
  request: Request,
  target: ServingTarget,
  scope: RequestScope,
): Promise<Answered> {
  const { model } = target;
  const endRead = scope.phases?.begin('body');
  const body = await readBody(request, maxRequestBytes);
  endRead?.();
  if (body.kind !== 'read') return { response: errorResponse(body.message, BODY_STATUS[body.kind]) };
  const headerLength = request.headers.get('inference-header-content-length');
  const parsed = parseInferenceRequest(body.bytes, headerLength, model);
  if (parsed.kind === 'invalid') return { response: errorResponse(parsed.message, 400) };

  const compute = (servable: ServableView) => infer(servable, parsed);
  const outcome = await serving.serve<InferAnswer>(target, compute, scope);
  if (outcome.kind !== 'served') return refused(notServed(target, outcome));
  const { answer, by } = outcome;
  if (answer.kind === 'invalid') return { response: errorResponse(answer.message, 400, by), by };
  const id = parsed.kind === 'raw' ? undefined : parsed.request.id;
  const { outputs, examples } = answer;
  return { response: inferenceResponse(model, id, outputs, by), by, examples };
}

/** A model is ready if it can be served; asking for it loads it. */
async function answerReady(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Answered> {
  const outcome = await serving.serve(target, () => undefined, scope);
  if (outcome.kind !== 'served') return refused(notServed(target, outcome));
  const { by } = outcome;
  return { response: jsonResponse(JSON.stringify({ name: target.model, ready: true }), 200, by), by };
}

async function answerMetadata(
  serving: Serving,
  target: ServingTarget,
  scope: RequestScope,
): Promise<Answered> {
  const { model } = target;
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') return refused(notServed(target, outcome));
  const { by, format, signatures } = outcome;
  const choice = selectSignature(signatures, undefined);
  if (choice.kind === 'invalid') return { response: errorResponse(choice.message, 400, by), by };
  const document = modelMetadata(model, format, choice.signature, await serving.versions(model));
  return { response: jsonResponse(JSON.stringify(document), 200, by), by };
}

function documentResponse(document: object): Response {
  return jsonResponse(JSON.stringify(document));
}

function refused({ status, message }: Refusal): Answered {
  return { response: errorResponse(message, status) };
}
