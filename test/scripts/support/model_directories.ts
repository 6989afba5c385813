import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const shape = { dim: [{ size: '-1' }] };
const float = { type: 'DT_FLOAT' };

/** y = a * x + b, as the sample model half_plus_two has it. */
export const GRAPH_MODEL = {
  format: 'graph-model',
  signature: {
    inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape } },
    outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: shape } },
  },
  modelTopology: {
    node: [
      { name: 'x', op: 'Placeholder', attr: { dtype: float, shape: { shape } } },
      { name: 'a', op: 'Const', attr: { dtype: float } },
      { name: 'b', op: 'Const', attr: { dtype: float } },
      { name: 'ax', op: 'Mul', input: ['x', 'a'], attr: { T: float } },
      { name: 'y', op: 'AddV2', input: ['ax', 'b'], attr: { T: float } },
    ],
    library: {},
    versions: { producer: 561 },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'a', shape: [], dtype: 'float32' },
        { name: 'b', shape: [], dtype: 'float32' },
      ],
    },
  ],
};

/** One Dense layer of two units on three inputs, with initialisers that have to be replaced. */
export const LAYERS_MODEL = {
  format: 'layers-model',
  modelTopology: {
    class_name: 'Model',
    config: {
      name: 'tiny',
      layers: [
        {
          name: 'features',
          class_name: 'InputLayer',
          config: { batch_input_shape: [null, 3], dtype: 'float32', name: 'features' },
          inbound_nodes: [],
        },
        {
          name: 'scores',
          class_name: 'Dense',
          config: {
            name: 'scores',
            units: 2,
            kernel_initializer: { class_name: 'Orthogonal', config: { gain: 1, seed: null } },
            bias_initializer: { class_name: 'Zeros', config: {} },
          },
          inbound_nodes: [[['features', 0, 0, {}]]],
        },
      ],
      input_layers: [['features', 0, 0]],
      output_layers: [['scores', 0, 0]],
    },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'scores/kernel', shape: [3, 2], dtype: 'float32' },
        { name: 'scores/bias', shape: [2], dtype: 'float32' },
      ],
    },
  ],
};

export type Files = Readonly<Record<string, object | string | Uint8Array>>;

/** Writes files, objects as JSON, and returns the folder. */
export async function writeFiles(folder: string, files: Files): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(path, isText ? content : JSON.stringify(content));
  }
  return folder;
}

let made = 0;

/** A folder with a model whose weights no other model has, so that it shares no file of weights with one. */
export function writeGraphModel(folder: string, files: Files = {}): Promise<string> {
  made++;
  return writeFiles(folder, {
    'model.json': GRAPH_MODEL,
    'weights.bin': new Uint8Array(Float32Array.of(made, Math.random()).buffer),
    ...files,
  });
}
