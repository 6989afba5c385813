import { type Context, Hono } from 'hono';
import { faultMessage } from './fault.ts';
import type { ApiKey } from './http/access/api_keys.ts';
import { errorResponse } from './http/answer/answer_headers.ts';
import { answerIndex } from './http/index_page/handler.ts';
import { plansDocument } from './http/metrics/plans_document.ts';
import { renderPrometheus } from './http/metrics/prometheus.ts';
import { answerDocument, answerModelDocument } from './http/openapi/handler.ts';
import { answerReference } from './http/reference/handler.ts';
import { identified, requestIdOf } from './http/request_id.ts';
import { pathOfUrl, protocolOf } from './http/request_path.ts';
import { HttpRequestScope, type RequestContext } from './http/request_scope.ts';
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
  const admission = await guard?.(raw, '/');
  if (admission?.kind === 'refused') return admission.response;
  const scope = new HttpRequestScope(raw, context.executionCtx, routingKeys, admission?.key);
  return answerIndex(isolate.serving, raw, scope);
});
app.get('/openapi.json', async (context) => {
  const { guard, isolate, routingKeys, showsIndex } = wiringOf(context.env);
  const { raw } = context.req;
  // Everybody may read the document, and clients that may send requests see their models in it.
  const admission = showsIndex ? await guard?.(raw, '/openapi.json') : undefined;
  if (!showsIndex || admission?.kind === 'refused') return answerDocument();
  const scope = new HttpRequestScope(raw, context.executionCtx, routingKeys, admission?.key);
  return answerModelDocument(isolate.serving, scope);
});
app.get('/docs', () => answerReference('page'));
app.get('/docs/script.js', () => answerReference('script'));
app.get('/docs/style.css', () => answerReference('style'));

const METRICS = '/monitoring/prometheus/metrics';
/** What the plans of the versions in memory were proven with, which a rehearsal stores with its version. */
const PROOFS = '/monitoring/plans';
const MONITORING = [METRICS, PROOFS];
const METRICS_OF_ALL = 'The metrics are about all models, and this key may use only some of them';
// Hono's patterns would split at `:predict` and decode names too early.
const PATTERNS: readonly (readonly [pattern: string, protocol: Protocol])[] = [
  ['/:api{[vV]1}/*', 'tensorflow serving'],
  ['/v2/*', 'open inference'],
];

for (const pattern of [...MONITORING, ...PATTERNS.map(([pattern]) => pattern)]) {
  app.use(pattern, (context, next) => wiringOf(context.env).cors(context, next));
}

for (const path of MONITORING) {
  app.use(path, async (context, next) => {
    const admission = await wiringOf(context.env).guard?.(context.req.raw, path);
    if (admission?.kind === 'refused') return admission.response;
    return admission?.key?.models === undefined ? next() : errorResponse(METRICS_OF_ALL, 403);
  });
}
app.get(METRICS, async (context) => {
  const { isolate, requestMetrics, keyMetrics } = wiringOf(context.env);
  const samples = [...(await isolate.samples()), ...keyMetrics.samples()];
  const text = requestMetrics.render() + renderPrometheus(samples);
  return context.text(text, 200, { 'content-type': 'text/plain; version=0.0.4' });
});
app.get(PROOFS, (context, next) => {
  const { isolate, showsPlanProofs } = wiringOf(context.env);
  return showsPlanProofs ? Promise.resolve(context.json(plansDocument(isolate.provenPlans()))) : next();
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
  context: RequestContext,
): Promise<Response> {
  const answer = (key?: ApiKey) =>
    answers[protocol](request, path, new HttpRequestScope(request, context, routingKeys, key));
  if (guard === undefined) return answer();
  return guard(request, path).then((admission) =>
    admission.kind === 'refused' ? admission.response : answer(admission.key),
  );
}

app.notFound((context) =>
  context.json({ error: `The path ${context.req.path} does not exist; see /docs` }, 404),
);

app.onError((error, context) => answerFault(error, context.req.path, context.req.raw));

function answerFault(error: unknown, path: string, request: Request): Response {
  return errorResponse(faultMessage(error, path, requestIdOf(request)), 500);
}

/** Predictions bypass Hono, whose routing takes longer than a small model. */
async function answer(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  const path = request.method === 'POST' ? pathOfUrl(request.url) : '';
  const protocol = protocolOf(path);
  if (protocol === undefined) return app.fetch(request, env, context);
  try {
    // Hono's middleware implements CORS.
    if (request.headers.has('origin')) return app.fetch(request, env, context);
    return await answerProtocol(wiringOf(env), protocol, request, path, context);
  } catch (error) {
    return answerFault(error, path, request);
  }
}

export default {
  async fetch(request, env, context) {
    return identified(await answer(request, env, context), request);
  },
} satisfies ExportedHandler<Env>;
