import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readTflite } from '../../../../import/tflite/read_tflite.ts';
import type { Network } from '../network.ts';
import { convertedFiles } from './converted_files.ts';
import { MODELS_DIRECTORY } from './shared_models.ts';

const FOLDER = 'tflite';
const MODEL = 'tf2_mobilenet_v2_1.0_224_ptq';
const SHAPE = [1, 224, 224, 3];

/** A network in TensorFlow Lite's format, of which all inputs and outputs are integers. */
export interface TfliteModel {
  readonly network: Network;
  readonly bytes: Uint8Array;
}

/** MobileNetV2 as its makers trained and quantized it, with a picture of a cat. Undefined without its files. */
export async function tfliteModel(): Promise<TfliteModel | undefined> {
  const folder = path.join(MODELS_DIRECTORY, FOLDER);
  const [model, picture] = [path.join(folder, `${MODEL}.tflite`), path.join(folder, 'img_cat_224.bin')];
  if (!existsSync(model) || !existsSync(picture)) return undefined;
  const bytes = new Uint8Array(await readFile(model));
  const { files, signature } = await convertedFiles(bytes, 'model.tflite', readTflite);
  const [input] = Object.values(signature.inputs);
  const [output] = Object.values(signature.outputs);
  if (input === undefined || output === undefined) throw new Error(`${MODEL} has no input or no output`);
  const network: Network = {
    ...{ name: MODEL, description: 'MobileNetV2 1.0/224, quantized after training, in TensorFlow Lite' },
    ...{ format: 'tfjs-graph-model', files, weightBytes: 0 },
    input: {
      ...{ name: input.name, onnxName: input.name, shape: SHAPE, dtype: 'int32' },
      values: Float32Array.from(await readFile(picture)),
    },
    outputs: [{ name: output.name, onnxName: output.name, shape: output.shape ?? [] }],
  };
  return { network, bytes };
}
