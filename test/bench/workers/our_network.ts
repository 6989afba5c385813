import type { NamedTensors, TensorValue } from '../../../worker/model/tensor.ts';
import type { LoadedModel } from '../../../worker/runtime/loaded_model.ts';
import { loadModel } from '../../../worker/runtime/loading/load_model.ts';
import { type NetworkDescription, TOPOLOGY_FILE } from '../runs/network_description.ts';
import type { Outputs, Run } from '../runs/timed_runs.ts';
import { type BenchEnvironment, readDescription, readFile } from './environment.ts';

/** A network's files in memory, for the product's runtime to load. */
export interface OurNetwork {
  readonly network: NetworkDescription;
  load(): Promise<LoadedModel>;
  runOf(model: LoadedModel): Run;
}

export async function readOurNetwork(environment: BenchEnvironment): Promise<OurNetwork> {
  const network = await readDescription(environment);
  const { format, input, outputs } = network;
  const files = new Map<string, Uint8Array>();
  for (const file of network.files) files.set(file, new Uint8Array(await readFile(environment, file)));
  const open = async function* (path: string): AsyncGenerator<Uint8Array, void> {
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error(`${network.name} has no file ${path}`);
    yield bytes;
  };
  const isConverted = environment.FOLDER !== undefined;
  const tensorOf = ({ name, onnxName }: NetworkDescription['outputs'][number]) =>
    isConverted ? onnxName : name;
  let given: { readonly values: Float32Array; readonly tensor: TensorValue } | undefined;
  const named = new Map(outputs.map((output) => [tensorOf(output), output.name]));
  return {
    network,
    load: () => loadModel({ format, topology: TOPOLOGY_FILE, open, onAbandon: () => undefined }),
    runOf: (model) => (values) => {
      if (given?.values !== values) given = { values, tensor: tensorValue(input, values) };
      const result = model.execute(new Map([[tensorOf(input), given.tensor]]), [...named.keys()]);
      return result instanceof Promise
        ? result.then((tensors) => toOutputs(tensors, named))
        : toOutputs(result, named);
    },
  };
}

function tensorValue({ shape, dtype }: NetworkDescription['input'], values: Float32Array): TensorValue {
  return dtype === 'int32' ? { dtype, shape, values: Int32Array.from(values) } : { dtype, shape, values };
}

/** @param named the names of the network's outputs by those of the tensors */
function toOutputs(tensors: NamedTensors, named: ReadonlyMap<string, string>): Outputs {
  const outputs = new Map<string, Float32Array>();
  for (const [name, { dtype, values }] of tensors) {
    if (dtype !== 'float32' && dtype !== 'int32') throw new Error(`${name} is ${dtype}`);
    outputs.set(named.get(name) ?? name, dtype === 'float32' ? values : Float32Array.from(values));
  }
  return outputs;
}
