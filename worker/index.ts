import { Hono } from 'hono';
import { renderPrometheus } from './protocols/monitoring/prometheus.ts';
import { createOpenInferenceHandler } from './protocols/open_inference/handler.ts';
import { answerDocument, answerPage } from './protocols/openapi/handler.ts';
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
  const answerTensorFlowServing = createTensorFlowServingHandler({
    serving: isolate.serving,
    maxRequestBytes: configuration.maxRequestBytes,
  });
  const answerOpenInference = createOpenInferenceHandler({
    serving: isolate.serving,
    maxRequestBytes: configuration.maxRequestBytes,
  });
  return { isolate, answerTensorFlowServing, answerOpenInference };
}
let wired: ReturnType<typeof wire> | undefined;

const app = new Hono<{ Bindings: Env }>();

app.get('/healthz', (context) => context.json({ status: 'ok' }));

app.get('/monitoring/prometheus/metrics', async (context) => {
  wired ??= wire(context.env);
  const samples = await wired.isolate.samples();
  return context.text(renderPrometheus(samples), 200, { 'content-type': 'text/plain; version=0.0.4' });
});

// Hono's patterns would split at `:predict` and decode what TensorFlow Serving decodes later: the protocol
// takes the path as it came.
app.all('/:api{[vV]1}/*', (context) => {
  wired ??= wire(context.env);
  const { pathname } = new URL(context.req.url);
  return wired.answerTensorFlowServing(context.req.raw, pathname, context.executionCtx);
});

for (const path of ['/v2', '/v2/*']) {
  app.all(path, (context) => {
    wired ??= wire(context.env);
    const { pathname } = new URL(context.req.url);
    return wired.answerOpenInference(context.req.raw, pathname, context.executionCtx);
  });
}

app.get('/openapi.json', () => answerDocument());
app.get('/docs', () => answerPage());

app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}` }, 404));

app.onError((error, context) => {
  console.error(
    JSON.stringify({ event: 'fault', path: context.req.path, error: String(error), stack: error.stack }),
  );
  return context.json({ error: 'The server failed to answer; its log says why' }, 500);
});

export default app;
