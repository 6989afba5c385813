import { describe, expect, test } from 'vitest';
import type { ModelContent } from '../../../worker/model/content.ts';
import { publishVersion } from '../../../worker/registry/publish/publication.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { runtimeMemory } from '../../../worker/runtime/backend/memory.ts';
import { loadVersion } from '../../../worker/serving/loading/version_loader.ts';
import { ServableManager } from '../../../worker/serving/servables/servable_manager.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { bucket, createManifest, uniqueModel } from '../../fixtures/worker/published_models.ts';
import { use } from '../../fixtures/worker/use_servable.ts';

const MEGABYTE = 1024 * 1024;
const COUNT = 2 * MEGABYTE;

/** Publishes a graph that returns its input and has unused weights. */
async function publishHog(
  quantized: boolean,
  change: (manifest: Manifest) => Pick<Manifest, 'content' | 'rehearsal'>,
): Promise<string> {
  const model = uniqueModel();
  const weight = { name: 'hog', shape: [COUNT], dtype: 'float32' };
  const weights = [quantized ? { ...weight, quantization: { dtype: 'uint8', scale: 1, min: 0 } } : weight];
  const json = {
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
        { name: 'hog', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
      ],
      library: {},
      versions: { producer: 1 },
    },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  const files = { 'model.json': JSON.stringify(json), 'w.bin': '\0'.repeat(quantized ? COUNT : 4 * COUNT) };
  const { manifest, read } = await createManifest(model, '1', files, { weightBytes: 4 * COUNT });
  await publishVersion(bucket, { ...manifest, ...change(manifest) }, undefined, {
    id: crypto.randomUUID(),
    read,
    wait,
  });
  return model;
}

function createManager(budgetBytes: number) {
  return new ServableManager(bucket, {
    budgetBytes,
    now: () => 0,
    load: (manifest, task) => loadVersion({ store: bucket }, manifest, task),
    events: { loaded: () => {}, loadFailed: () => {}, unloaded: () => {} },
  });
}

/** Loads the model, and returns the growth of the heap. */
async function load(model: string, budgetBytes: number) {
  const before = await runtimeMemory();
  const wanted = { model, version: '1', fromPointer: false };
  const used = await use(createManager(budgetBytes), wanted, () => 'loaded', requestScope());
  const { heapBytes, tensors } = await runtimeMemory();
  return { used, grown: heapBytes - before.heapBytes, tensors: tensors - before.tensors };
}

const declaring = (change: Partial<ModelContent>) => (manifest: Manifest) => ({
  content: { ...manifest.content, ...change },
});

describe('the memory that a manifest declares', () => {
  test.each([0, 4 * COUNT - 4, 4 * COUNT + 4])(
    'must equal the size that model.json describes, which is not %i bytes',
    async (weightBytes) => {
      const model = await publishHog(false, declaring({ weightBytes }));
      const { used, grown, tensors } = await load(model, 64 * MEGABYTE);
      expect(used).toEqual({
        kind: 'failed',
        reason: expect.stringContaining(`declares ${weightBytes} bytes of weights`),
      });
      expect([grown, tensors]).toEqual([0, 0]);
    },
  );

  test('counts as at least the stored size', async () => {
    const model = await publishHog(false, declaring({ weightBytes: 0 }));
    const { used, grown } = await load(model, 7 * MEGABYTE);
    expect(used).toEqual({ kind: 'failed', reason: expect.stringContaining('MEMORY_BUDGET_MB is 7.0') });
    expect(grown).toBe(0);
  });

  test('counts as at least the allocated size, whatever was measured', async () => {
    const model = await publishHog(true, ({ content }) => ({
      content,
      rehearsal: {
        kind: 'rehearsed',
        at: '2026-11-22T12:00:00Z',
        worker: '0',
        figures: { loadMs: 1, firstMs: null, medianMs: null, heapBytes: 0, emptyHeapBytes: 0 },
        golden: { examples: 0, largestDifference: null },
      },
    }));
    const { used, grown, tensors } = await load(model, 4 * MEGABYTE);
    expect(used).toEqual({ kind: 'failed', reason: expect.stringContaining(`take ${4 * COUNT} bytes`) });
    expect([grown, tensors]).toEqual([0, 0]);
  });

  test('admits the version if it is true and fits', async () => {
    const model = await publishHog(true, declaring({}));
    const { used } = await load(model, 64 * MEGABYTE);
    expect(used).toEqual({ kind: 'used', answer: 'loaded' });
  });
});
