import { writeGraph } from '../../shared/write_graph.ts';
import { type Files, GRAPH_MODEL, writeFiles } from './model_directories.ts';

const float = { T: { type: 'DT_FLOAT' } };
const vector = { dtype: 'DT_FLOAT', shape: [-1] } as const;
const scalar = { dtype: 'DT_FLOAT', shape: [] } as const;

/** A graph of one input and one output, y being what is done last. */
const graph = (nodes: readonly Record<string, unknown>[], tensor: typeof vector | typeof scalar = vector) =>
  writeGraph([{ name: 'x', ...tensor }], nodes, [{ name: 'y', ...tensor }]);

export const unknownOperation = () =>
  graph([{ name: 'y', op: 'NoSuchOperation', input: ['x'], attr: float }]);

export const cycle = () =>
  graph([
    { name: 'y', op: 'AddV2', input: ['x', 'z'], attr: float },
    { name: 'z', op: 'Identity', input: ['y'], attr: float },
  ]);

/** Goes round for as long as a number equals itself. */
export const endlessLoop = () =>
  graph(
    [
      { name: 'enter', op: 'Enter', input: ['x'], attr: { ...float, frame_name: { s: 'bG9vcA==' } } },
      { name: 'merge', op: 'Merge', input: ['enter', 'next'], attr: float },
      { name: 'equal', op: 'Equal', input: ['merge', 'merge'], attr: float },
      { name: 'condition', op: 'LoopCond', input: ['equal'] },
      { name: 'switch', op: 'Switch', input: ['merge', 'condition'], attr: float },
      { name: 'next', op: 'NextIteration', input: ['switch:1'], attr: float },
      { name: 'exit', op: 'Exit', input: ['switch'], attr: float },
      { name: 'y', op: 'Identity', input: ['exit'], attr: float },
    ],
    scalar,
  );

/** The logarithm of what is never above zero. */
export const notANumber = () =>
  graph([
    { name: 'size', op: 'Abs', input: ['x'], attr: float },
    { name: 'negative', op: 'Neg', input: ['size'], attr: float },
    { name: 'y', op: 'Log', input: ['negative'], attr: float },
  ]);

/** All products of 6000 numbers with as many: 144 MB. */
export const largeActivations = () =>
  writeGraph(
    [
      { name: 'column', dtype: 'DT_FLOAT', shape: [6000, 1] },
      { name: 'row', dtype: 'DT_FLOAT', shape: [1, 6000] },
    ],
    [
      { name: 'products', op: 'Mul', input: ['column', 'row'], attr: float },
      { name: 'shape', op: 'Shape', input: ['products'], attr: float },
    ],
    [{ name: 'shape', dtype: 'DT_INT32', shape: [2] }],
  );

/** y = x / 2 + 2, with other files beside it. */
export const half = (folder: string, files: Files = {}) =>
  writeFiles(folder, {
    'model.json': GRAPH_MODEL,
    'weights.bin': new Uint8Array(Float32Array.of(0.5, 2).buffer),
    ...files,
  });

/** Weights of 68 MB, 17 000 000 zeros, of which y takes the largest. */
export function largeWeights(folder: string): Promise<string> {
  const shape = { dim: [{ size: '-1' }] };
  return writeFiles(folder, {
    'model.json': {
      format: 'graph-model',
      signature: {
        inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape } },
        outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: { dim: [] } } },
      },
      modelTopology: {
        node: [
          { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape } } },
          { name: 'large', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
          { name: 'y', op: 'Max', input: ['large', 'x'], attr: float },
        ],
        library: {},
        versions: { producer: 561 },
      },
      weightsManifest: [
        { paths: ['weights.bin'], weights: [{ name: 'large', shape: [17_000_000], dtype: 'float32' }] },
      ],
    },
    'weights.bin': new Uint8Array(68_000_000),
  });
}

export const goldenFile = (...examples: readonly object[]): Files => ({ 'golden.json': { examples } });
