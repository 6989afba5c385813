import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  encode,
  FLOAT,
  floats,
  graphMessage,
  INT32,
  integer,
  integers,
  type Node,
  node,
  shape,
  text,
  type,
} from './saved_model/messages.ts';

const input = (name: string, sizes: number[], dtype = FLOAT): Node =>
  node(name, 'Placeholder', [], { dtype: type(dtype), shape: { shape: shape(...sizes) } });

const T = { T: type(FLOAT) };
const INDEX = { Tidx: type(INT32) };
const list = (...values: number[]) => ({ list: { i: values } });
const WINDOW = { strides: list(1, 2, 2, 1), ksize: list(1, 2, 2, 1), padding: text('VALID') };

const reductions = ['Sum', 'Max', 'Min', 'Prod'].map((op) =>
  node(op.toLowerCase(), op, ['x', 'axis'], { ...T, ...INDEX, keep_dims: { b: false } }),
);
const filter = Array.from({ length: 3 * 3 * 2 * 3 }, (_, index) => ((index * 7) % 11) / 11 - 0.4);

/**
 * Frozen graphs by name, of operations that answer from many elements or pick some, with sizes that each request
 * chooses: every dimension may be 0, and inputs need not fit each other.
 */
const GRAPHS: Readonly<Record<string, readonly Node[]>> = {
  global_average: [
    input('x', [-1, -1, 4]),
    integers('axis', [], 1),
    node('mean', 'Mean', ['x', 'axis'], { ...T, ...INDEX, keep_dims: { b: false } }),
  ],
  reductions: [input('x', [-1, -1]), integers('axis', [], 1), ...reductions],
  fused_convolution: [
    input('x', [-1, -1, -1, 2]),
    floats('filter', [3, 3, 2, 3], ...filter),
    floats('bias', [3], 0.25, -0.5, 0.75),
    node('convolution', 'Conv2D', ['x', 'filter'], {
      ...T,
      strides: list(1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
    }),
    node('biased', 'BiasAdd', ['convolution', 'bias'], T),
    node('y', 'Relu', ['biased'], T),
  ],
  pools: [
    input('x', [-1, -1, -1, 2]),
    node('largest', 'MaxPool', ['x'], { ...T, ...WINDOW }),
    node('average', 'AvgPool', ['x'], { ...T, ...WINDOW }),
  ],
  resize: [
    input('x', [-1, -1, -1, 2]),
    integers('size', [2], 3, 5),
    node('y', 'ResizeBilinear', ['x', 'size'], { ...T, half_pixel_centers: { b: true } }),
  ],
  product: [input('a', [-1, -1]), input('b', [-1, -1]), node('y', 'MatMul', ['a', 'b'], T)],
  join: [
    input('a', [-1, -1]),
    input('b', [-1, -1]),
    integers('axis', [], 1),
    node('y', 'ConcatV2', ['a', 'b', 'axis'], { ...T, ...INDEX, N: integer(2) }),
  ],
  broadcast: [
    input('a', [-1, -1]),
    input('b', [-1]),
    ...['AddV2', 'Mul', 'Maximum'].map((op) => node(op, op, ['a', 'b'], T)),
  ],
  gather: [
    input('x', [-1, 3]),
    input('indices', [-1], INT32),
    integers('axis', [], 0),
    node('y', 'GatherV2', ['x', 'indices', 'axis'], {
      Tparams: type(FLOAT),
      Tindices: type(INT32),
      Taxis: type(INT32),
    }),
  ],
  softmax: [input('x', [-1, -1]), node('y', 'Softmax', ['x'], T)],
  crop: [
    input('image', [-1, -1, -1, 2]),
    input('boxes', [-1, 4]),
    input('indices', [-1], INT32),
    integers('size', [2], 2, 3),
    node('y', 'CropAndResize', ['image', 'boxes', 'indices', 'size'], T),
  ],
  running_sum: [
    input('x', [-1, -1]),
    integers('axis', [], 1),
    node('y', 'Cumsum', ['x', 'axis'], { ...T, ...INDEX }),
  ],
  pad: [
    input('x', [-1, -1]),
    integers('paddings', [2, 2], 1, 1, 0, 2),
    node('y', 'Pad', ['x', 'paddings'], { ...T, Tpaddings: type(INT32) }),
  ],
  dense: [
    input('x', [-1, 4]),
    floats('w', [4, 3], ...filter.slice(0, 12)),
    floats('b', [3], 1, 2, 3),
    node('product', 'MatMul', ['x', 'w'], T),
    node('biased', 'BiasAdd', ['product', 'b'], T),
    node('y', 'Sigmoid', ['biased'], T),
  ],
};

export const OPEN_GRAPHS: readonly string[] = Object.keys(GRAPHS);

/** Writes one of the graphs as training leaves it, a frozen `.pb` in a directory of its own. */
export async function writeOpenGraph(name: string): Promise<string> {
  const nodes = GRAPHS[name];
  if (nodes === undefined) throw new Error(`there is no graph ${name}`);
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-graph-'));
  const file = path.join(directory, 'frozen.pb');
  await writeFile(file, encode('GraphDef', graphMessage({ nodes })));
  return file;
}
