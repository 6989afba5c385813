import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoldenExample } from './golden_schema.ts';
import { tf } from './tensorflow.ts';

/** Writes one version: `model.json` and one weight file. It removes the earlier content of the folder. */
export async function writeModel(
  directory: string,
  modelJson: tf.io.ModelJSON,
  weightFile: { name: string; bytes: Uint8Array },
): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, weightFile.name), weightFile.bytes);
  await writeFile(join(directory, 'model.json'), `${JSON.stringify(modelJson)}\n`);
}

/**
 * Writes one version of a layers model with the names that tfjs gives the files when it saves
 * (`model.json`, `weights.bin`), and the given class names in `userDefinedMetadata`.
 */
export async function writeLayersModel(
  directory: string,
  model: tf.LayersModel,
  classes?: readonly string[],
): Promise<void> {
  const save = tf.io.withSaveHandler(async (artifacts) => {
    const { modelTopology, weightSpecs, weightData, generatedBy, convertedBy } = artifacts;
    if (modelTopology === undefined || weightSpecs === undefined || weightData === undefined) {
      throw new Error('tfjs saved a model without its topology or its weights');
    }
    const modelJson: tf.io.ModelJSON = {
      modelTopology: { ...modelTopology },
      format: 'layers-model',
      ...(generatedBy === undefined ? {} : { generatedBy }),
      ...(convertedBy === undefined ? {} : { convertedBy }),
      weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs.map(float32Entry) }],
      ...(classes === undefined ? {} : { userDefinedMetadata: { classes } }),
    };
    const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
    await writeModel(directory, modelJson, { name: 'weights.bin', bytes });
    // tfjs requires a date, which is not stored.
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(save);
}

/** Writes `golden.json` next to the model. */
export async function writeGolden(directory: string, examples: readonly GoldenExample[]): Promise<void> {
  await writeFile(join(directory, 'golden.json'), `${JSON.stringify({ examples })}\n`);
}

function float32Entry({ name, shape, dtype }: tf.io.WeightsManifestEntry) {
  if (dtype !== 'float32') throw new Error(`weight ${name} is ${dtype}, not float32`);
  return { name, shape, dtype };
}
