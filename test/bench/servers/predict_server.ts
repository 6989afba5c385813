import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Nested } from '../runs/nested_values.ts';
import { DESCRIPTION_FILE, type NetworkDescription, parseDescription } from '../runs/network_description.ts';
import { answerCompute, type Run } from '../runs/timed_runs.ts';

/** A network loaded in a server's engine. */
export interface LoadedNetwork {
  readonly run: Run;
  /** A predict answer in TensorFlow Serving's row format for a batch of one. */
  predict(instances: Nested): unknown;
}

type Load = (
  network: NetworkDescription,
  read: (file: string) => Promise<ArrayBuffer>,
) => Promise<LoadedNetwork>;

/**
 * An engine behind Hono's Node server, which the benchmark starts as a process. Its one argument is the folder with the
 * networks. A network is loaded at its first request.
 */
export function servePredictions(load: Load): void {
  const [directory = '.'] = process.argv.slice(2);
  const networks = new Map<string, Promise<LoadedNetwork>>();
  const open = async (name: string): Promise<LoadedNetwork> => {
    const read = async (file: string) => {
      const bytes = await readFile(path.join(directory, name, file));
      return new Uint8Array(bytes).buffer;
    };
    const description = new TextDecoder().decode(await read(DESCRIPTION_FILE));
    return load(parseDescription(description), read);
  };
  const opened = (name: string): Promise<LoadedNetwork> => {
    const network = networks.get(name) ?? open(name);
    networks.set(name, network);
    return network;
  };

  const app = new Hono();
  app.post('/compute/:network', async (context) => {
    const { run } = await opened(context.req.param('network'));
    return answerCompute(run, context.req.raw);
  });
  app.post('/predict/:network', async (context) => {
    const { instances } = await context.req.json<{ instances: Nested }>();
    const network = await opened(context.req.param('network'));
    return context.json(await network.predict(instances));
  });
  app.onError((error, context) => context.text(String(error.stack), 500));
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.({ port }));
  // The benchmark may be killed. Its servers then exit.
  process.on('disconnect', () => process.exit());
}
