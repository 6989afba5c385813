import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { type io, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Nested } from './nested_values.ts';
import { type NetworkDescription, TOPOLOGY_FILE } from './network_description.ts';
import type { Outputs } from './timed_runs.ts';

/** A network in tfjs, loaded and called as its documentation shows. */
export interface TfjsNetwork {
  run(values: Float32Array): Outputs;
  /** A predict answer in TensorFlow Serving's row format for a batch of one. */
  predict(instances: Nested): unknown;
  dispose(): void;
}

export async function loadTfjsNetwork(
  network: NetworkDescription,
  read: (file: string) => Promise<ArrayBuffer>,
): Promise<TfjsNetwork> {
  const { input, outputs } = network;
  const names = outputs.map(({ name }) => name);
  const handler = await ioHandler(network, read);
  const model: GraphModel | LayersModel =
    network.format === 'tfjs-graph-model' ? await loadGraphModel(handler) : await loadLayersModel(handler);
  const call = (value: Tensor): Tensor[] => {
    const result =
      'execute' in model && !('layers' in model)
        ? model.execute({ [input.name]: value }, names)
        : model.predict(value);
    if (Array.isArray(result)) return result;
    if ('dataId' in result) return [result];
    throw new Error('the model answered with a map of tensors');
  };
  return {
    run: (values) => {
      const answer = new Map<string, Float32Array>();
      tidy(() => {
        for (const [index, result] of call(tensor(values, [...input.shape], 'float32')).entries()) {
          answer.set(names[index] ?? '', result.dataSync<'float32'>());
        }
      });
      return answer;
    },
    predict: (instances) => {
      let predictions: unknown;
      tidy(() => {
        const results = call(toTensor(instances)).map((result) => result.arraySync());
        predictions = results.length === 1 ? results[0] : [rowOf(names, results)];
      });
      return { predictions };
    },
    dispose: () => model.dispose(),
  };
}

/** tfjs takes nested lists of up to six levels, and says so in its types. */
function toTensor(instances: Nested): Tensor {
  return tensor(instances as Parameters<typeof tensor>[0]);
}

function rowOf(names: readonly string[], results: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    results.map((result, index) => [names[index] ?? '', Array.isArray(result) ? result[0] : result]),
  );
}

async function ioHandler(
  { files }: NetworkDescription,
  read: (file: string) => Promise<ArrayBuffer>,
): Promise<io.IOHandler> {
  const json: io.ModelJSON = JSON.parse(new TextDecoder().decode(await read(TOPOLOGY_FILE)));
  const weightData = await Promise.all(files.filter((file) => file !== TOPOLOGY_FILE).map(read));
  const { modelTopology, weightsManifest, format, signature } = json;
  return {
    load: async () => ({
      modelTopology,
      ...(format ? { format } : {}),
      ...(signature ? { signature } : {}),
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData,
    }),
  };
}
