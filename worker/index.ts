import { Hono } from 'hono';
import { renderPrometheus } from './protocols/monitoring/prometheus.ts';
import { RequestMetrics } from './protocols/monitoring/request_metrics.ts';
import { createTensorFlowServingHandler } from './protocols/tensorflow_serving/handler.ts';
import { R2ObjectStore } from './registry/r2_object_store.ts';
import { parseConfiguration } from './serving/configuration.ts';
import { createIsolate } from './serving/isolate.ts';

/** Made once per isolate, from the environment of its first request. */
function wire(env: Env) {
  const configuration = parseConfiguration(env);
  const isolate = createIsolate(new R2ObjectStore(env.MODELS), configuration, (entry) =>
    console.log(JSON.stringify(entry)),
  );
  const requestMetrics = new RequestMetrics();
  const answerTensorFlowServing = createTensorFlowServingHandler({
    serving: isolate.serving,
    maxRequestBytes: configuration.maxRequestBytes,
    record: (request) => requestMetrics.record(request),
  });
  return { isolate, requestMetrics, answerTensorFlowServing };
}
let wired: ReturnType<typeof wire> | undefined;

const app = new Hono<{ Bindings: Env }>();

app.get('/healthz', (context) => context.json({ status: 'ok' }));

app.get('/monitoring/prometheus/metrics', async (context) => {
  wired ??= wire(context.env);
  const samples = await wired.isolate.samples();
  const text = wired.requestMetrics.render() + renderPrometheus(samples);
  return context.text(text, 200, { 'content-type': 'text/plain; version=0.0.4' });
});

// Hono's patterns would split at `:predict` and decode what TensorFlow Serving decodes later: the protocol
// takes the path as it came.
app.all('/:api{[vV]1}/*', (context) => {
  wired ??= wire(context.env);
  const { pathname } = new URL(context.req.url);
  return wired.answerTensorFlowServing(context.req.raw, pathname, context.executionCtx);
});

app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}` }, 404));

app.onError((error, context) => {
  console.error(
    JSON.stringify({ event: 'fault', path: context.req.path, error: String(error), stack: error.stack }),
  );
  return context.json({ error: 'The server failed to answer; its log says why' }, 500);
});

export default app;
