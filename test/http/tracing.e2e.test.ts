import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { expect, test } from 'vitest';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/storage/r2_object_store.ts';
import { builtWorker } from '../fixtures/edge/built_worker.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

/** Receives the trace of a request as it happens, and logs the name of each span that opens. */
const TAIL = `
  export default {
    tailStream: () => (event) => {
      if (event.event.type === 'spanOpen') console.log('span ' + event.event.name);
    },
  };
`;

test('a request that is traced has a span for each phase', async () => {
  const log: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      handleStructuredLogs: ({ message }) => log.push(message),
      workers: [
        {
          name: 'serving',
          modules: [...(await builtWorker())],
          modulesRoot: '/',
          compatibilityDate: '2026-11-01',
          r2Buckets: { MODELS: 'models' },
          streamingTails: ['tail'],
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
        {
          name: 'tail',
          modules: [{ type: 'ESModule', path: '/tail.js', contents: TAIL }],
          modulesRoot: '/',
          compatibilityDate: '2026-11-01',
        },
      ],
    }),
  );
  try {
    await miniflare.ready;
    const { MODELS } = await miniflare.getBindings<{ MODELS: R2BucketBinding }>('serving');
    await publishDirectory(new R2ObjectStore(MODELS), `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
    const url = new URL('/v1/models/half:predict', await miniflare.unsafeGetDirectURL('serving'));
    const response = await fetch(url, { method: 'POST', body: '{"instances":[1]}' });
    expect(await response.json()).toEqual({ predictions: [2.5] });
    const spans = ['body', 'pointer', 'load', 'compute', 'encode'].map((name) => `span ${name}`);
    await expect.poll(() => log).toEqual(expect.arrayContaining(spans));
  } finally {
    await miniflare.dispose();
  }
});
