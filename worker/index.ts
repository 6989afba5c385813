import { type Context, Hono } from 'hono';
import { faultMessage } from './fault.ts';
import { errorResponse } from './http/answer/answer_headers.ts';
import { answerIndex } from './http/index_page/handler.ts';
import { renderPrometheus } from './http/metrics/prometheus.ts';
import { answerDocument, answerPage } from './http/openapi/handler.ts';
import { pathOfUrl, protocolOf } from './http/request_path.ts';
import { HttpRequestScope } from './http/request_scope.ts';
import { type Wiring, wiringOf } from './wiring.ts';

export { Models } from './models_entrypoint.ts';

type Bindings = { Bindings: Env };
type Protocol = keyof Wiring['answers'];

// Paths are taken from the URL as sent, as on the direct path below. Hono decodes paths.
const app = new Hono<Bindings>({ getPath: ({ url }) => pathOfUrl(url) });

app.get('/healthz', (context) => {
  wiringOf(context.env);
  return context.json({ status: 'ok' });
});
app.get('/', async (context, next) => {
  const { guard, isolate, routingKeys, showsIndex } = wiringOf(context.env);
  if (!showsIndex) return next();
  const { raw } = context.req;
  const refusal = await guard?.(raw, '/');
  return (
    refusal ?? answerIndex(isolate.serving, raw, new HttpRequestScope(raw, context.executionCtx, routingKeys))
  );
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
    const { cors } = wiringOf(context.env);
    return cors === undefined ? next() : cors(context, next);
  });
}

app.use(METRICS, async (context, next) => {
  const refusal = await wiringOf(context.env).guard?.(context.req.raw, METRICS);
  return refusal ?? next();
});
app.get(METRICS, async (context) => {
  const { isolate, requestMetrics } = wiringOf(context.env);
  const samples = await isolate.samples();
  const text = requestMetrics.render() + renderPrometheus(samples);
  return context.text(text, 200, { 'content-type': 'text/plain; version=0.0.4' });
});

for (const [pattern, protocol] of PATTERNS) {
  app.all(pattern, (context: Context<Bindings>) => {
    const { raw } = context.req;
    return answerProtocol(wiringOf(context.env), protocol, raw, pathOfUrl(raw.url), context.executionCtx);
  });
}

/** Answers a request that the guard admits. */
function answerProtocol(
  { guard, answers, routingKeys }: Wiring,
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
  return errorResponse(faultMessage(error, path), 500);
}

export default {
  /** Predictions bypass Hono, whose routing takes longer than a small model. */
  async fetch(request, env, context) {
    const path = request.method === 'POST' ? pathOfUrl(request.url) : '';
    const protocol = protocolOf(path);
    if (protocol === undefined) return app.fetch(request, env, context);
    try {
      const wired = wiringOf(env);
      // Hono's middleware implements CORS.
      if (wired.cors !== undefined) return app.fetch(request, env, context);
      return await answerProtocol(wired, protocol, request, path, context);
    } catch (error) {
      return answerFault(error, path);
    }
  },
} satisfies ExportedHandler<Env>;
