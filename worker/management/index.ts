import { type IRequestStrict, Router } from 'itty-router';
import { GuessLimit } from '../http/access/guess_limit.ts';
import { rateLimiterOf, tolerantLimit } from '../http/access/rate_limit.ts';
import { errorResponse, jsonResponse } from '../http/answer/answer_headers.ts';
import { identified, requestIdOf } from '../http/request_id.ts';
import { OutOfOperationsError } from '../registry/storage/operation_budget.ts';
import { wait } from '../registry/storage/waiting.ts';
import { logLine } from '../runtime/log_line.ts';
import { ConfigurationError } from '../serving/variables.ts';
import { parseManagementConfiguration } from './access/configuration.ts';
import { admit, type SignIn } from './access/guard.ts';
import { parseSignIn } from './access/sign_in/sign_in_configuration.ts';
import { assertionVerifier } from './access/sign_in/verify_assertion.ts';
import { parseAbortLimits } from './canary_aborts/abort_limits.ts';
import { parseAnalyticsAccess } from './canary_aborts/query_canary_aborts.ts';
import { runSchedule } from './canary_aborts/schedule.ts';
import { changeModel } from './changes/change_model.ts';
import { parseConsoleConfiguration } from './console/configuration.ts';
import { answerDevToken, DEV_TOKEN_PATH } from './console/dev_token.ts';
import { answerConsole } from './console/page.ts';
import { describeModel, describeModels, describeVersion } from './describe_models.ts';
import type { ManagementRequest } from './management_request.ts';
import { listObjects, onlyByPrune, readObject } from './objects/objects.ts';
import { openStorage } from './objects/storage.ts';
import { deleteObject, writeObject } from './objects/write_object.ts';
import { answerManagementDocument } from './openapi/openapi.ts';
import { forwardPrediction } from './predict/forward.ts';
import { predictServiceOf } from './predict/predict_service.ts';
import { pruneModelRequest } from './prune/prune_model.ts';
import { describeTraffic } from './traffic/describe_traffic.ts';
import { trafficStoreOf } from './traffic/traffic_store.ts';

const log = (entry: Record<string, unknown>): void => console.log(logLine(entry));

/** Runs once per isolate, with the environment of its first request. */
function wire(env: Env) {
  const rateLimiter = rateLimiterOf(env);
  const limit = rateLimiter === undefined ? async () => true : tolerantLimit(rateLimiter, log);
  const analytics = parseAnalyticsAccess(env);
  const { predictUrl, ...page } = parseConsoleConfiguration(env);
  return {
    // Workers that share a namespace_id share its counters, so the names contain this Worker's own.
    guesses: new GuessLimit((network) => limit(`management-address-${network}`)),
    configuration: parseManagementConfiguration(env),
    signIn: signInOf(env),
    analytics,
    traffic: trafficStoreOf(env, analytics, fetch.bind(globalThis)),
    abortLimits: parseAbortLimits(env),
    page,
    predictUrl,
    predict: predictServiceOf(env, predictUrl),
  };
}
let wired: ReturnType<typeof wire> | undefined;

function signInOf(env: Env): SignIn | undefined {
  const configuration = parseSignIn(env);
  if (configuration === undefined) return undefined;
  const verify = assertionVerifier(configuration, fetch.bind(globalThis), Date.now);
  return { verify, scopes: configuration.scopes };
}

const MODEL = '/api/v1/models/:model';
const OBJECT = '/api/v1/objects/:key+';

const router = Router<IRequestStrict, [ManagementRequest]>({})
  .get('/api/v1', (_, { caller, predict, predictUrl }) =>
    jsonResponse(
      JSON.stringify({
        service: 'edge-serving-management',
        token: caller.name,
        scopes: [...caller.scopes],
        signIn: caller.signIn,
        predict: { bound: predict !== undefined, url: predictUrl ?? null },
      }),
    ),
  )
  .get('/api/v1/models', (_, management) => describeModels(management))
  .get(MODEL, ({ params }, management) => describeModel(management, params.model ?? ''))
  .get(`${MODEL}/versions/:version`, ({ params }, management) =>
    describeVersion(management, params.model ?? '', params.version ?? ''),
  )
  .get(`${MODEL}/traffic`, ({ params }, management) => describeTraffic(management, params.model ?? ''))
  .post(`${MODEL}/prune`, ({ params }, management) => pruneModelRequest(management, params.model ?? ''))
  .post(`${MODEL}/:change`, ({ params }, management) =>
    changeModel(management, params.model ?? '', params.change ?? ''),
  )
  .all('/api/v1/predict/:path+', (_, management) => forwardPrediction(management))
  .get('/api/v1/objects', (_, management) => listObjects(management))
  .post('/api/v1/deletions', () => onlyByPrune())
  .get(OBJECT, ({ params }, management) => readObject(management, params.key ?? ''))
  .head(OBJECT, ({ params }, management) => readObject(management, params.key ?? ''))
  .put(OBJECT, ({ params }, management) => writeObject(management, params.key ?? ''))
  .delete(OBJECT, ({ params }, management) => deleteObject(management, params.key ?? ''))
  .all('*', (_, { request, url }) =>
    errorResponse(`${request.method} ${url.pathname.slice(0, 200)} does not exist`, 404),
  );

async function answer(request: Request, url: URL, env: Env): Promise<{ response: Response; token?: string }> {
  if (url.pathname === '/healthz') return { response: jsonResponse(JSON.stringify({ status: 'ok' })) };
  if (url.pathname === '/openapi.json') return { response: answerManagementDocument() };
  wired ??= wire(env);
  const { configuration, guesses, signIn, page, predict, predictUrl, traffic } = wired;
  if (page.isServed) {
    const file = await answerConsole(request, url);
    if (file !== undefined) return { response: file };
    if (url.pathname === DEV_TOKEN_PATH) return { response: answerDevToken(request, page.devToken) };
  }
  const admission = await admit(request, url, { tokens: configuration.tokens, signIn, guesses });
  if (admission.kind === 'refused') return { response: admission.response };
  const { caller } = admission;
  const { maxUploadBytes, maxSubrequests } = configuration;
  const management = {
    ...{ request, url, caller, maxUploadBytes, predict, predictUrl, traffic },
    ...openStorage(env, maxSubrequests, log),
  };
  const response: unknown = await router.fetch({ method: request.method, url: url.href }, management);
  if (!(response instanceof Response)) throw new Error('no route returned a response');
  return { response, token: caller.name };
}

function answerFault(error: unknown, entry: Readonly<Record<string, unknown>>): Response {
  if (error instanceof ConfigurationError) return errorResponse(error.message, 500);
  if (error instanceof OutOfOperationsError) {
    return errorResponse(`The request could not be finished: ${error.message}`, 503);
  }
  const stack = error instanceof Error ? error.stack : undefined;
  console.error(logLine({ ...entry, event: 'fault', error: String(error), stack }));
  const what = 'The server failed to answer; its log contains the reason';
  return errorResponse(`${what}, for the request ${entry.request}`, 500);
}

/** Objects of the bucket have any content. No browser may take one for a page. */
function sealed(response: Response, request: Request): Response {
  response.headers.set('x-content-type-options', 'nosniff');
  return identified(response, request);
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    // The path without the query, which may contain a misplaced token.
    const id = requestIdOf(request);
    const entry = { event: 'management', request: id, method: request.method, path: url.pathname };
    try {
      const { response, token } = await answer(request, url, env);
      // Health checks are not logged.
      if (url.pathname !== '/healthz') log({ ...entry, status: response.status, token: token ?? null });
      return sealed(response, request);
    } catch (error) {
      return sealed(answerFault(error, entry), request);
    }
  },

  async scheduled(_controller, env) {
    wired ??= wire(env);
    const { analytics, abortLimits, configuration } = wired;
    const { store, replica, budget } = openStorage(env, configuration.maxSubrequests, log);
    const ask = fetch.bind(globalThis);
    await runSchedule({ store, replica, budget, analytics, abortLimits, ask, log, wait });
  },
} satisfies ExportedHandler<Env>;
