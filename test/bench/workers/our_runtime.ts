import { loadModel } from '../../../worker/runtime/load_model.ts';
import type { LoadedModel } from '../../../worker/runtime/loaded_model.ts';
import { runtimeMemory } from '../../../worker/runtime/memory.ts';
import type { NamedTensors } from '../../../worker/runtime/tensor.ts';
import { type NetworkDescription, TOPOLOGY_FILE } from '../shared/network_description.ts';
import { answerCompute, type Outputs, type Run } from '../shared/timed_runs.ts';
import { type BenchEnvironment, readDescription, readFile } from './environment.ts';

/** The product's runtime without its serving: what computing alone costs, and what loading leaves behind. */
async function start(environment: BenchEnvironment) {
  const network = await readDescription(environment);
  const files = new Map<string, Uint8Array>();
  for (const file of network.files) files.set(file, new Uint8Array(await readFile(environment, file)));
  return { network, files };
}
let started: ReturnType<typeof start> | undefined;
let model: Promise<LoadedModel> | undefined;

function load(network: NetworkDescription, files: ReadonlyMap<string, Uint8Array>): Promise<LoadedModel> {
  return loadModel({
    format: network.format,
    topology: TOPOLOGY_FILE,
    open: async function* (path) {
      const bytes = files.get(path);
      if (bytes === undefined) throw new Error(`${network.name} has no file ${path}`);
      yield bytes;
    },
    onAbandon: () => undefined,
  });
}

function runOf({ input, outputs }: NetworkDescription, loaded: LoadedModel): Run {
  const names = outputs.map(({ name }) => name);
  return (values) => {
    const tensor = { dtype: 'float32', shape: input.shape, values } as const;
    const result = loaded.execute(new Map([[input.name, tensor]]), names);
    return result instanceof Promise ? result.then(toOutputs) : toOutputs(result);
  };
}

function toOutputs(tensors: NamedTensors): Outputs {
  const outputs = new Map<string, Float32Array>();
  for (const [name, { dtype, values }] of tensors) {
    if (dtype !== 'float32') throw new Error(`${name} is ${dtype}`);
    outputs.set(name, values);
  }
  return outputs;
}

/** Loads, runs and unloads the model again and again; memory at the points named in `after`. */
async function cycle(environment: BenchEnvironment, request: Request): Promise<Response> {
  started ??= start(environment);
  const { network, files } = await started;
  const values = new Float32Array(await request.arrayBuffer());
  const points = new URL(request.url).searchParams.get('after')?.split(',').map(Number) ?? [];
  const memory = [];
  for (let cycles = 1; cycles <= Math.max(...points); cycles++) {
    const loaded = await load(network, files);
    await runOf(network, loaded)(values);
    loaded.dispose();
    if (points.includes(cycles)) memory.push({ cycles, ...(await runtimeMemory()) });
  }
  return Response.json({ memory });
}

export default {
  async fetch(request: Request, environment: BenchEnvironment): Promise<Response> {
    if (new URL(request.url).pathname === '/cycles') return cycle(environment, request);
    started ??= start(environment);
    const { network, files } = await started;
    model ??= load(network, files);
    return answerCompute(runOf(network, await model), request);
  },
};
