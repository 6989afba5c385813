import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { ModelJsonSchema } from '../../../../worker/model/model_json.ts';
import { elementCount } from '../../../../worker/model/tensor.ts';
import { REPOSITORY } from '../../../fixtures/edge/built_worker.ts';
import { randomInput } from '../graph/random_weights.ts';
import type { Network, NetworkInput, NetworkSource } from '../network.ts';
import { onnxFile } from './onnx_file.ts';

/** Models by other authors, which may be in a folder beside the repository. */
export const MODELS_DIRECTORY =
  process.env.EDGE_SERVING_SHARED_MODELS ?? path.join(REPOSITORY, '../shared/models');

interface Description {
  readonly name: string;
  readonly description: string;
  readonly format: Network['format'];
  /** The folder of model.json. */
  readonly folder: string;
  readonly onnx?: string;
  readonly input: Omit<NetworkInput, 'values'>;
  readonly outputs: Network['outputs'];
}

export function sharedModel({ folder, onnx, ...network }: Description): NetworkSource {
  return {
    name: network.name,
    build: async () => {
      const directory = path.join(MODELS_DIRECTORY, folder);
      if (!(await exists(path.join(directory, 'model.json')))) return undefined;
      const json = await readFile(path.join(directory, 'model.json'));
      const { weightsManifest } = v.parse(ModelJsonSchema, JSON.parse(json.toString()));
      const files = new Map([['model.json', new Uint8Array(json)]]);
      for (const file of weightsManifest.flatMap(({ paths }) => paths)) {
        files.set(file, new Uint8Array(await readFile(path.join(directory, file))));
      }
      const weights = weightsManifest.flatMap((group) => group.weights);
      return {
        ...network,
        files,
        weightBytes: weights.reduce((bytes, { shape }) => bytes + 4 * elementCount(shape), 0),
        ...(onnx === undefined
          ? {}
          : { onnx: await onnxFile(await readFile(path.join(MODELS_DIRECTORY, onnx))) }),
        input: { ...network.input, values: randomInput(7, network.input.shape) },
      };
    },
  };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
