import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { parseAccessConfiguration } from './protocols/access/access_configuration.ts';
import { createGuard } from './protocols/access/guard.ts';
import { rateLimiterOf } from './protocols/access/rate_limit.ts';
import { renderPrometheus } from './protocols/monitoring/prometheus.ts';
import { RequestMetrics } from './protocols/monitoring/request_metrics.ts';
import { createOpenInferenceHandler } from './protocols/open_inference/handler.ts';
import { answerDocument, answerPage } from './protocols/openapi/handler.ts';
import { EXPOSED_HEADERS } from './protocols/response.ts';
import { serverTiming } from './protocols/server_timing.ts';
import { createTensorFlowServingHandler } from './protocols/tensorflow_serving/handler.ts';
import { pointerReplicaOf } from './registry/kv_pointer_replica.ts';
import { R2ObjectStore } from './registry/r2_object_store.ts';
import { ConfigurationError, parseConfiguration } from './serving/configuration.ts';
import { createIsolate } from './serving/isolate.ts';
import { Phases } from './serving/phases.ts';
import type { RequestScope } from './serving/serving.ts';

/** Made once per isolate, from the environment of its first request. */
function wire(env: Env) {
  const configuration = parseConfiguration(env);
  const access = parseAccessConfiguration(env);
  const log = (entry: Record<string, unknown>) => console.log(JSON.stringify(entry));
  const isolate = createIsolate(new R2ObjectStore(env.MODELS), pointerReplicaOf(env), configuration, log);
  const protocol = { serving: isolate.serving, maxRequestBytes: configuration.maxRequestBytes };
  const requestMetrics = new RequestMetrics();
  return {
    isolate,
    requestMetrics,
    answerTensorFlowServing: createTensorFlowServingHandler({
      ...protocol,
      record: (request) => requestMetrics.record(request),
    }),
    answerOpenInference: createOpenInferenceHandler(protocol),
    guard: createGuard({ apiKeys: access.apiKeys, rateLimiter: rateLimiterOf(env), log }),
    cors: createCors(access.corsOrigins),
  };
}

function createCors(origins: readonly string[] | 'any'): MiddlewareHandler | undefined {
  if (origins.length === 0) return undefined;
  return cors({
    origin: origins === 'any' ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    exposeHeaders: [...EXPOSED_HEADERS],
    maxAge: 86_400,
  });
}

let wired: ReturnType<typeof wire> | undefined;

type Bindings = { Bindings: Env };

/** The pathname as it was sent: the protocols decode it themselves, after they have split it. */
function pathOf(context: Context<Bindings>): string {
  return new URL(context.req.url).pathname;
}

const app = new Hono<Bindings>();

app.get('/healthz', (context) => {
  wired ??= wire(context.env);
  return context.json({ status: 'ok' });
});
app.get('/openapi.json', () => answerDocument());
app.get('/docs', () => answerPage());

const METRICS = '/monitoring/prometheus/metrics';
// Hono's patterns would split at `:predict` and decode what TensorFlow Serving decodes later.
const TENSORFLOW_SERVING = '/:api{[vV]1}/*';
const OPEN_INFERENCE = '/v2/*';

for (const path of [METRICS, TENSORFLOW_SERVING, OPEN_INFERENCE]) {
  app.use(path, async (context, next) => {
    wired ??= wire(context.env);
    return wired.cors === undefined ? next() : wired.cors(context, next);
  });
  app.use(path, async (context, next) => {
    wired ??= wire(context.env);
    const refusal = await wired.guard?.(context.req.raw, pathOf(context));
    return refusal ?? next();
  });
}

app.get(METRICS, async (context) => {
  wired ??= wire(context.env);
  const samples = await wired.isolate.samples();
  const text = wired.requestMetrics.render() + renderPrometheus(samples);
  return context.text(text, 200, { 'content-type': 'text/plain; version=0.0.4' });
});

app.all(TENSORFLOW_SERVING, (context) => {
  wired ??= wire(context.env);
  return answerTimed(context, wired.answerTensorFlowServing);
});

app.all(OPEN_INFERENCE, (context) => {
  wired ??= wire(context.env);
  return answerTimed(context, wired.answerOpenInference);
});

type Answer = (request: Request, path: string, scope: RequestScope) => Promise<Response>;

/** Says in the answer what it waited for. */
async function answerTimed(context: Context<Bindings>, answer: Answer): Promise<Response> {
  const phases = new Phases(() => Date.now());
  const endTotal = phases.begin('total');
  const waitUntil = (promise: Promise<unknown>) => context.executionCtx.waitUntil(promise);
  const response = await answer(context.req.raw, pathOf(context), { waitUntil, phases });
  endTotal();
  response.headers.set('server-timing', serverTiming(phases));
  return response;
}

app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}` }, 404));

app.onError((error, context) => {
  if (error instanceof ConfigurationError) return context.json({ error: error.message }, 500);
  console.error(
    JSON.stringify({ event: 'fault', path: context.req.path, error: String(error), stack: error.stack }),
  );
  return context.json({ error: 'The server failed to answer; its log says why' }, 500);
});

export default app;
