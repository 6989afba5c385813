import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ModelJsonSchema } from '../../worker/model/model_json.ts';
import type { tf } from './tensorflow.ts';

/** Returns an IOHandler with which tfjs loads a model from a version's folder. */
export async function readModel(directory: string): Promise<tf.io.IOHandler> {
  const text = await readFile(join(directory, 'model.json'), 'utf8');
  const { modelTopology, weightsManifest, signature } = v.parse(ModelJsonSchema, JSON.parse(text));
  const files = await Promise.all(
    weightsManifest.flatMap(({ paths }) => paths).map((path) => readFile(join(directory, path))),
  );
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) =>
      weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    ),
    weightData: new Uint8Array(Buffer.concat(files)).buffer,
    ...(signature ? { signature } : {}),
  };
  return { load: async () => artifacts };
}
