import { type Constant, graphModelNodes } from './graph_model_nodes.ts';
import type { Graph } from './operation.ts';

const WEIGHTS_FILE = 'weights.bin';
const LEAST_BYTE = -128;
const MOST_BYTE = 127;

/** The files of a network as a tfjs GraphModel, and the bytes of its weights as float32 in memory. */
export interface GraphModelFiles {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly weightBytes: number;
}

/** Writes model.json and one file of weights. Filters and matrices of 8-bit integers are stored as such. */
export function writeGraphModel({ input, output, steps }: Graph): GraphModelFiles {
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
        weights: constants.map((constant) => ({
          ...{ name: constant.name, shape: constant.shape, dtype: constant.dtype },
          ...(isOfBytes(constant) ? { quantization: { dtype: 'uint8', scale: 1, min: LEAST_BYTE } } : {}),
        })),
      },
    ],
  };
  const bytes = constants.map((constant) =>
    isOfBytes(constant)
      ? Uint8Array.from(constant.values, (value) => value - LEAST_BYTE)
      : new Uint8Array(constant.values.buffer),
  );
  return {
    files: new Map([
      ['model.json', new TextEncoder().encode(JSON.stringify(json))],
      [WEIGHTS_FILE, new Uint8Array(Buffer.concat(bytes))],
    ]),
    // Includes constants that are not weights of a layer, such as the axes of a mean, because the server checks the sum.
    weightBytes: constants.reduce((sum, { values }) => sum + values.byteLength, 0),
  };
}

function isOfBytes({ dtype, shape, values }: Constant): boolean {
  if (dtype !== 'float32' || shape.length < 2) return false;
  return values.every((value) => Number.isInteger(value) && value >= LEAST_BYTE && value <= MOST_BYTE);
}
