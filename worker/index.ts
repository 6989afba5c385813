import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { parseAccessConfiguration } from './http/access/access_configuration.ts';
import { createGuard } from './http/access/guard.ts';
import { rateLimiterOf } from './http/access/rate_limit.ts';
import { EXPOSED_HEADERS, errorResponse } from './http/answer_headers.ts';
import { RequestMemory } from './http/memory/request_memory.ts';
import { renderPrometheus } from './http/metrics/prometheus.ts';
import { RequestMetrics } from './http/metrics/request_metrics.ts';
import { createOpenInferenceHandler } from './http/open_inference/handler.ts';
import { answerDocument, answerPage } from './http/openapi/handler.ts';
import { pathOfUrl, protocolOf } from './http/request_path.ts';
import { HttpRequestScope } from './http/request_scope.ts';
import { createTensorFlowServingHandler } from './http/tensorflow_serving/handler.ts';
import { pointerReplicaOf } from './registry/replica/kv_pointer_replica.ts';
import { R2ObjectStore } from './registry/storage/r2_object_store.ts';
import { logLine } from './runtime/log_line.ts';
import { parseConfiguration } from './serving/configuration.ts';
import { createIsolate } from './serving/isolate.ts';
import { canaryEventsOf } from './serving/rollout/canary_abort_events.ts';
import { ConfigurationError } from './serving/variables.ts';

/** Runs once per isolate, with the environment of its first request. */
function wire(env: Env) {
  const configuration = parseConfiguration(env);
  const access = parseAccessConfiguration(env);
  const log = (entry: Record<string, unknown>) => console.log(logLine(entry));
  const isolate = createIsolate({
    store: new R2ObjectStore(env.MODELS),
    replica: pointerReplicaOf(env),
    cache: configuration.cachesBlobs ? platformCache() : undefined,
    configuration,
    log,
    recordCanaryAbort: canaryEventsOf(env, crypto.randomUUID()),
  });
  const requestMetrics = new RequestMetrics();
  const protocol = {
    serving: isolate.serving,
    maxRequestBytes: configuration.maxRequestBytes,
    memory: new RequestMemory(configuration.requestMemoryBytes),
    record: requestMetrics.record.bind(requestMetrics),
  };
  return {
    isolate,
    routingKeys: configuration.routingKeys,
    requestMetrics,
    answers: {
      'tensorflow serving': createTensorFlowServingHandler(protocol),
      'open inference': createOpenInferenceHandler(protocol),
    },
    guard: createGuard({ apiKeys: access.apiKeys, rateLimiter: rateLimiterOf(env), log }),
    cors: createCors(access.corsOrigins),
  };
}

/** Undefined in runtimes without the Cache API. */
function platformCache(): Cache | undefined {
  return typeof caches === 'undefined' ? undefined : caches.default;
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
type Wired = ReturnType<typeof wire>;
type Protocol = keyof Wired['answers'];

// Paths are taken from the URL as sent, as on the direct path below. Hono decodes paths.
const app = new Hono<Bindings>({ getPath: ({ url }) => pathOfUrl(url) });

app.get('/healthz', (context) => {
  wired ??= wire(context.env);
  return context.json({ status: 'ok' });
});
app.get('/openapi.json', () => answerDocument());
app.get('/docs', () => answerPage());

const METRICS = '/monitoring/prometheus/metrics';
// Hono's patterns would split at `:predict` and decode names too early.
const PATTERNS: readonly (readonly [pattern: string, protocol: Protocol])[] = [
  ['/:api{[vV]1}/*', 'tensorflow serving'],
  ['/v2/*', 'open inference'],
];

for (const pattern of [METRICS, ...PATTERNS.map(([pattern]) => pattern)]) {
  app.use(pattern, async (context, next) => {
    wired ??= wire(context.env);
    return wired.cors === undefined ? next() : wired.cors(context, next);
  });
}

app.use(METRICS, async (context, next) => {
  wired ??= wire(context.env);
  const refusal = await wired.guard?.(context.req.raw, METRICS);
  return refusal ?? next();
});
app.get(METRICS, async (context) => {
  wired ??= wire(context.env);
  const samples = await wired.isolate.samples();
  const text = wired.requestMetrics.render() + renderPrometheus(samples);
  return context.text(text, 200, { 'content-type': 'text/plain; version=0.0.4' });
});

for (const [pattern, protocol] of PATTERNS) {
  app.all(pattern, (context: Context<Bindings>) => {
    wired ??= wire(context.env);
    const { raw } = context.req;
    return answerProtocol(wired, protocol, raw, pathOfUrl(raw.url), context.executionCtx);
  });
}

/** Answers a request that the guard admits. */
function answerProtocol(
  { guard, answers, routingKeys }: Wired,
  protocol: Protocol,
  request: Request,
  path: string,
  context: Pick<ExecutionContext, 'waitUntil'>,
): Promise<Response> {
  const scope = new HttpRequestScope(request, context, routingKeys);
  if (guard === undefined) return answers[protocol](request, path, scope);
  return guard(request, path).then((refusal) => refusal ?? answers[protocol](request, path, scope));
}

app.notFound((context) =>
  context.json({ error: `The path ${context.req.path} does not exist; see /docs` }, 404),
);

app.onError((error, context) => answerFault(error, context.req.path));

function answerFault(error: unknown, path: string): Response {
  if (error instanceof ConfigurationError) return errorResponse(error.message, 500);
  const stack = error instanceof Error ? error.stack : undefined;
  console.error(logLine({ event: 'fault', path, error: String(error), stack }));
  return errorResponse('The server failed to answer; its log contains the reason', 500);
}

export default {
  /** Predictions bypass Hono, whose routing takes longer than a small model. */
  async fetch(request, env, context) {
    const path = request.method === 'POST' ? pathOfUrl(request.url) : '';
    const protocol = protocolOf(path);
    if (protocol === undefined) return app.fetch(request, env, context);
    try {
      wired ??= wire(env);
      // Hono's middleware implements CORS.
      if (wired.cors !== undefined) return app.fetch(request, env, context);
      return await answerProtocol(wired, protocol, request, path, context);
    } catch (error) {
      return answerFault(error, path);
    }
  },
} satisfies ExportedHandler<Env>;
