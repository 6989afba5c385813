import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel, type OnnxNode, tensor } from '../build/onnx_messages.ts';

// The network of 1.0.0 with its weights as an ONNX file, in the form in which PyTorch exports one: images have channels
// first, filters are [filters, channels, rows, columns], and matrices [outputs, inputs].

const source = join(import.meta.dirname, '1.0.0');
const target = join(import.meta.dirname, 'onnx/digits.onnx');

/** Sizes of the weights in weights.bin, in their order. */
const SHAPES = {
  'edges.weight': [3, 3, 1, 8],
  'edges.bias': [8],
  'strokes.weight': [3, 3, 8, 16],
  'strokes.bias': [16],
  'hidden.weight': [5 * 5 * 16, 32],
  'hidden.bias': [32],
  'probabilities.weight': [32, 10],
  'probabilities.bias': [10],
} as const;

async function readWeights(): Promise<Map<string, Float32Array>> {
  const bytes = new Uint8Array(await readFile(join(source, 'weights.bin')));
  const values = new Float32Array(bytes.buffer);
  const weights = new Map<string, Float32Array>();
  let offset = 0;
  for (const [name, shape] of Object.entries(SHAPES)) {
    const count = shape.reduce<number>((product, size) => product * size, 1);
    weights.set(name, values.subarray(offset, offset + count));
    offset += count;
  }
  if (offset !== values.length) throw new Error('weights.bin has other weights');
  return weights;
}

/** Values in another order of dimensions. @param order which dimension of the values each of the result is */
function transposed(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  return Float32Array.from(values, (_, index) => {
    let rest = index;
    let place = 0;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] ?? 1;
      place += (rest % size) * (strides[order[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / size);
    }
    return values[place] ?? 0;
  });
}

const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): OnnxNode => ({ opType, input, output: [output], attributes });

const window = (size: number, stride: number) => ({
  kernel_shape: [size, size],
  strides: [stride, stride],
  pads: [0, 0, 0, 0],
});

const nodes = [
  node('Conv', ['image', 'edges.weight', 'edges.bias'], 'edges', window(3, 1)),
  node('Relu', ['edges'], 'edges_relu'),
  node('MaxPool', ['edges_relu'], 'edges_pool', window(2, 2)),
  node('Conv', ['edges_pool', 'strokes.weight', 'strokes.bias'], 'strokes', window(3, 1)),
  node('Relu', ['strokes'], 'strokes_relu'),
  node('MaxPool', ['strokes_relu'], 'strokes_pool', window(2, 2)),
  node('Flatten', ['strokes_pool'], 'flat', { axis: 1 }),
  node('Gemm', ['flat', 'hidden.weight', 'hidden.bias'], 'hidden', { transB: 1 }),
  node('Relu', ['hidden'], 'hidden_relu'),
  node('Gemm', ['hidden_relu', 'probabilities.weight', 'probabilities.bias'], 'scores', { transB: 1 }),
  node('Softmax', ['scores'], 'probabilities', { axis: 1 }),
];

const weights = await readWeights();
const initializers = Object.entries(SHAPES).map(([name, shape]) => {
  const values = weights.get(name) ?? new Float32Array(0);
  if (shape.length === 4) {
    const order = [3, 2, 0, 1];
    return tensor(
      name,
      order.map((axis) => shape[axis] ?? 1),
      transposed(values, shape, order),
    );
  }
  if (name === 'hidden.weight') {
    // The rows are those of [rows, columns, channels], and PyTorch flattens [channels, rows, columns].
    return tensor(name, [32, 400], transposed(values, [5, 5, 16, 32], [3, 2, 0, 1]));
  }
  if (shape.length === 2) return tensor(name, [shape[1], shape[0]], transposed(values, shape, [1, 0]));
  return tensor(name, shape, values);
});
const bytes = encodeModel(
  nodes,
  initializers,
  { name: 'image', shape: ['batch', 1, 28, 28] },
  { name: 'probabilities', shape: ['batch', 10] },
);
await writeFile(target, bytes);
console.log(`${target}: ${bytes.length} bytes`);
