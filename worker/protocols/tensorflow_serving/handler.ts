import type { RequestScope, ServableView, Serving, ServingTarget } from '../../serving/serving.ts';
import { readBody } from '../request_body.ts';
import { metadataDocument } from './metadata_document.ts';
import { notServed, statusNotServed } from './not_served.ts';
import { type PredictRequest, parsePredictRequest } from './parse.ts';
import { type PredictAnswer, predict } from './predict.ts';
import { errorResponse, jsonResponse } from './response.ts';
import { parseRoute } from './route.ts';
import { statusDocument } from './status_document.ts';

export interface TensorFlowServingOptions {
  readonly serving: Serving;
  /** A longer request body is refused with 413. */
  readonly maxRequestBytes: number;
}

/** Answers a request. `path` is the pathname as it was sent, still percent-encoded. */
export type TensorFlowServingHandler = (
  request: Request,
  path: string,
  scope: RequestScope,
) => Promise<Response>;

/** TensorFlow Serving's REST API, version 1, over a Serving. */
export function createTensorFlowServingHandler(options: TensorFlowServingOptions): TensorFlowServingHandler {
  return (request, path, scope) => {
    const route = parseRoute(request.method, path);
    switch (route.kind) {
      case 'predict':
        return answerPredict(options, request, route.target, scope);
      case 'status':
        return answerStatus(options.serving, route.target, scope);
      case 'metadata':
        return answerMetadata(options.serving, route.target, scope);
      case 'classify':
      case 'regress':
        return Promise.resolve(errorResponse(`The method ${route.kind} is not implemented.`, 501));
      case 'malformed':
      case 'missing model name':
        return Promise.resolve(errorResponse(route.message, 400));
    }
  };
}

/** A body that is no predict request is refused before the model is looked up, as in TensorFlow Serving. */
async function answerPredict(
  { serving, maxRequestBytes }: TensorFlowServingOptions,
  request: Request,
  target: ServingTarget,
  scope: RequestScope,
): Promise<Response> {
  const body = await readBody(request, maxRequestBytes);
  if (body.kind === 'too large') return errorResponse(body.message, 413);
  if (body.kind === 'incomplete') return errorResponse(body.message, 400);
  const parsed = parsePredictRequest(new TextDecoder().decode(body.bytes));
  if (parsed.kind === 'invalid') return errorResponse(parsed.message, 400);
  return computed(serving, target, parsed.request, scope);
}

async function computed(
  serving: Serving,
  target: ServingTarget,
  request: PredictRequest,
  scope: RequestScope,
): Promise<Response> {
  const compute = (servable: ServableView) => predict(servable, request);
  const outcome = await serving.serve<PredictAnswer>(target, compute, scope);
  if (outcome.kind !== 'served') {
    const { status, message } = notServed(target, outcome);
    return errorResponse(message, status);
  }
  const { answer, by } = outcome;
  return answer.kind === 'predicted'
    ? jsonResponse(answer.text, 200, by)
    : errorResponse(answer.message, 400, by);
}

async function answerMetadata(
  serving: Serving,
  target: ServingTarget,
  scope: RequestScope,
): Promise<Response> {
  const outcome = await serving.describe(target, scope);
  if (outcome.kind !== 'described') {
    const { status, message } = notServed(target, outcome);
    return errorResponse(message, status);
  }
  const document = metadataDocument(target.model, outcome.by.version, outcome.signatures);
  return jsonResponse(JSON.stringify(document), 200, outcome.by);
}

async function answerStatus(serving: Serving, target: ServingTarget, scope: RequestScope): Promise<Response> {
  const { selector } = target;
  const outcome = await serving.status(target, scope);
  if (outcome.kind !== 'status') {
    const { status, message } = statusNotServed(target, outcome);
    return errorResponse(message, status);
  }
  const versions =
    selector.kind === 'version'
      ? outcome.versions.filter(({ version }) => version === selector.version)
      : outcome.versions;
  if (versions.length === 0) {
    const { status, message } = statusNotServed(target, { kind: 'unknown model' });
    return errorResponse(message, status);
  }
  return jsonResponse(JSON.stringify(statusDocument(versions)), 200, outcome.by);
}
