import { type Constant, graphModelNodes } from './graph_model_nodes.ts';
import type { Graph } from './operation.ts';

const WEIGHTS_FILE = 'weights.bin';

/** The bytes of integers are their distances from this one. */
const LEAST_INTEGER = -127;

/**
 * The files of a network as a tfjs GraphModel: model.json and one file of weights.
 *
 * @param asBytes whether kernels of integers take a byte each, as a converted model has them
 */
export function writeGraphModel(
  { input, output, steps }: Graph,
  { asBytes }: { readonly asBytes: boolean },
): Map<string, Uint8Array> {
  const parts = steps.map(graphModelNodes);
  const constants = parts.flatMap((part) => part.constants);
  const batched = { dim: ['-1', ...input.shape.slice(1).map(String)].map((size) => ({ size })) };
  const dtype = (name: 'float32' | 'int32') => ({ type: name === 'float32' ? 'DT_FLOAT' : 'DT_INT32' });
  const topology = {
    node: [
      { name: input.name, op: 'Placeholder', attr: { dtype: dtype('float32'), shape: { shape: batched } } },
      ...constants.map((constant) => ({
        name: constant.name,
        op: 'Const',
        attr: { dtype: dtype(constant.dtype) },
      })),
      ...parts.flatMap((part) => part.nodes),
    ],
    library: {},
    versions: { producer: 561, minConsumer: 12 },
  };
  const tensorShape = { dim: output.shape.map((size, axis) => ({ size: axis === 0 ? '-1' : String(size) })) };
  const json = {
    format: 'graph-model',
    generatedBy: 'test/bench',
    convertedBy: null,
    signature: {
      inputs: { [input.name]: { name: `${input.name}:0`, dtype: 'DT_FLOAT', tensorShape: batched } },
      outputs: { [output.name]: { name: `${output.name}:0`, dtype: 'DT_FLOAT', tensorShape } },
    },
    modelTopology: topology,
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: constants.map(({ name, shape, dtype }) => ({
          ...{ name, shape, dtype },
          ...(asBytes && isKernel(name)
            ? { quantization: { dtype: 'uint8', scale: 1, min: LEAST_INTEGER } }
            : {}),
        })),
      },
    ],
  };
  const bytes = constants.map(({ name, values }) =>
    asBytes && isKernel(name) ? bytesOf(values) : new Uint8Array(values.buffer),
  );
  return new Map([
    ['model.json', new TextEncoder().encode(JSON.stringify(json))],
    [WEIGHTS_FILE, new Uint8Array(Buffer.concat(bytes))],
  ]);
}

function isKernel(name: string): boolean {
  return name.endsWith('/kernel');
}

function bytesOf(values: Constant['values']): Uint8Array {
  return Uint8Array.from(values, (value) => value - LEAST_INTEGER);
}

/** The weights of a network, and the other constants of its nodes. */
export function constantsOf({ steps }: Graph): readonly Constant[] {
  return steps.map(graphModelNodes).flatMap((part) => part.constants);
}
