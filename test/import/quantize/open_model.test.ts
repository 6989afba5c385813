import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quantizationAccuracy } from '../../../import/accuracy/quantization_accuracy.ts';
import { openModel } from '../../../import/open_model.ts';
import type { IntegerReport } from '../../../import/quantize/quantize_graph.ts';
import { writeFiles } from '../../fixtures/commands/model_directories.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
const temporaryDirectory = () => mkdtemp(join(folder, 'opened-'));

/** A model of Keras in bytes, beside its layers in floats. */
async function open(path: string) {
  let report: IntegerReport | undefined;
  const quantized = await openModel(path, {
    temporaryDirectory: await temporaryDirectory(),
    quantize: 'int8',
    onIntegers: (made) => {
      report = made.report;
    },
  });
  const original = await openModel(path, { temporaryDirectory: await temporaryDirectory() });
  if (quantized.kind !== 'read') throw new Error(quantized.message);
  if (original.kind !== 'read') throw new Error(original.message);
  const accuracy = await quantizationAccuracy(path, quantized, {
    temporaryDirectory: await temporaryDirectory(),
  });
  if (accuracy.kind !== 'read') throw new Error(accuracy.message);
  return { report, quantized, original, accuracy: accuracy.value };
}

/** What clients see of a signature. */
const seen = (tensors: Readonly<Record<string, { readonly dtype: string; readonly shape: unknown }>>) =>
  Object.entries(tensors).map(([name, { dtype, shape }]) => [name, dtype, shape]);

describe('a model of layers in bytes', () => {
  test('is a graph with the signature of the layers, as a tfjs LayersModel', async () => {
    const { report, quantized, original, accuracy } = await open(join(REPOSITORY, 'models/digits/1.0.0'));
    expect([original.content.format, quantized.content.format]).toEqual([
      'tfjs-layers-model',
      'tfjs-graph-model',
    ]);
    expect(report?.inBytes).toHaveLength(2);
    const [before, after] = [original, quantized].map(({ content }) => content.signatures.serving_default);
    expect(seen(after?.inputs ?? {})).toEqual(seen(before?.inputs ?? {}));
    expect(seen(after?.outputs ?? {})).toEqual(seen(before?.outputs ?? {}));
    expect(quantized.content.weightBytes).toBeGreaterThan(0);
    expect(accuracy).toEqual([expect.objectContaining({ changedClasses: { changed: 0, of: 3 } })]);
    expect(accuracy[0]?.largestAbsolute).toBeLessThan(0.01);
  });

  test('is one as a Keras file', async () => {
    const side = 12;
    const image = (seed: number) =>
      Array.from({ length: side }, (_, y) =>
        Array.from({ length: side }, (_, x) =>
          Array.from({ length: 8 }, (_, c) => Math.sin(seed + 3 * y + 5 * x + c)),
        ),
      );
    const kernel = (count: number, seed: number) =>
      Float32Array.from({ length: count }, (_, index) => Math.sin(seed + 1.7 * index) / 8);
    const conv = { filters: 16, kernel_size: [3, 3], padding: 'same', activation: 'relu' };
    const archive = await writeKerasArchive(
      sequential3(
        [side, side, 8],
        [layer('Conv2D', { name: 'a', ...conv }), layer('Conv2D', { name: 'b', ...conv })],
      ),
      {
        'layers/conv2d/vars/0': { shape: [3, 3, 8, 16], values: kernel(3 * 3 * 8 * 16, 1) },
        'layers/conv2d/vars/1': { shape: [16], values: kernel(16, 2) },
        'layers/conv2d_1/vars/0': { shape: [3, 3, 16, 16], values: kernel(3 * 3 * 16 * 16, 3) },
        'layers/conv2d_1/vars/1': { shape: [16], values: kernel(16, 4) },
      },
    );
    const zeros = Array.from({ length: side }, () => Array.from({ length: side }, () => Array(16).fill(0)));
    const examples = [1, 2].map((seed) => ({ inputs: { in: [image(seed)] }, outputs: { b: [zeros] } }));
    const path = await writeFiles(join(folder, 'keras'), {
      'model.keras': archive,
      'golden.json': { examples },
    });
    const { report, quantized, accuracy } = await open(path);
    expect(quantized.sourceFormat).toBe('keras-v3');
    expect(report?.inBytes).toHaveLength(2);
    expect(accuracy[0]?.largestRelative).toBeLessThan(0.03);
  });
});
