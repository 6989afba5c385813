import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { modelJsonSchema } from './model_json.ts';
import type { tf } from './tensorflow.ts';

/** Reads a version folder back into what tfjs loads a model from. */
export async function readModel(directory: string): Promise<tf.io.IOHandler> {
  const text = await readFile(join(directory, 'model.json'), 'utf8');
  const { modelTopology, format, weightsManifest, signature } = v.parse(modelJsonSchema, JSON.parse(text));
  const files = await Promise.all(
    weightsManifest.flatMap(({ paths }) => paths).map((path) => readFile(join(directory, path))),
  );
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology,
    format,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(files)).buffer,
    ...(signature === undefined ? {} : { signature }),
  };
  return { load: async () => artifacts };
}
