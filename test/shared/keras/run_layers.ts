import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LayersModel, loadLayersModel, type Tensor, tensor } from '@tensorflow/tfjs';
import * as v from 'valibot';
import type { PlainTensor } from './hdf5_writer.ts';

const ModelSchema = v.object({
  modelTopology: v.record(v.string(), v.unknown()),
  weightsManifest: v.tuple([
    v.object({
      paths: v.array(v.string()),
      weights: v.array(
        v.object({ name: v.string(), shape: v.array(v.number()), dtype: v.picklist(['float32', 'int32']) }),
      ),
    }),
  ]),
});

/** Loads a directory with a LayersModel as plain tfjs does. */
export async function loadDirectory(directory: string): Promise<LayersModel> {
  const { modelTopology, weightsManifest } = v.parse(
    ModelSchema,
    JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')),
  );
  const [{ paths, weights }] = weightsManifest;
  const pieces = await Promise.all(paths.map((path) => readFile(join(directory, path))));
  return loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weights,
      weightData: new Uint8Array(Buffer.concat(pieces)).buffer,
    }),
  });
}

/** What a model answers, its inputs and outputs in its own order. */
export function runLayers(model: LayersModel, inputs: readonly PlainTensor[]): PlainTensor[] {
  const tensors = inputs.map(({ shape, values }, index) => {
    const dtype = model.inputs[index]?.dtype === 'int32' ? 'int32' : 'float32';
    return tensor(Array.from(values), [...shape], dtype);
  });
  const [only] = tensors;
  const results: Tensor | Tensor[] = model.predict(tensors.length === 1 && only ? only : tensors);
  return [results].flat().map((result) => ({ shape: result.shape, values: [...result.dataSync()] }));
}

/** The largest difference of two answers, relative where values are above one. */
export function worstDifference(actual: readonly PlainTensor[], expected: readonly PlainTensor[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const [index, { shape, values }] of expected.entries()) {
    const other = actual[index];
    if (other?.shape.join() !== shape.join()) return Number.POSITIVE_INFINITY;
    for (let position = 0; position < values.length; position++) {
      const value = values[position] ?? 0;
      const difference =
        Math.abs((other.values[position] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
      if (!(difference <= worst)) worst = difference;
    }
  }
  return worst;
}
