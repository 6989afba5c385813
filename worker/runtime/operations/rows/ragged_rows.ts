import type { GraphNode } from '@tensorflow/tfjs-converter';
import { gather, reshape, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import {
  inputOf,
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { moving } from '../strings/movement.ts';

/** Where the rows of a level begin and end in the level below it. */
type Splits = readonly number[];

/**
 * Reads the row splits of all levels of a ragged tensor.
 *
 * @throws ExecutionError if they do not begin at 0, fall, or end elsewhere than the level below
 */
function nestedSplits(node: GraphNode, count: number, rows: number): Splits[] {
  const levels = Array.from({ length: count }, (_, level) => numbersInput(node, level));
  for (const [level, splits] of levels.entries()) {
    const below = levels[level + 1];
    const end = below === undefined ? rows : below.length - 1;
    const falls = splits.some((split, row) => split < (splits[row - 1] ?? 0));
    if (splits[0] !== 0 || falls || splits.at(-1) !== end)
      refuse(node, `the row splits [${splits.slice(0, 8)}] do not split ${end} rows`);
  }
  return levels;
}

/** The places, the values and the shape of the sparse tensor that has what a ragged one has. */
const toSparse: Operation = (node) => {
  const depth = numberAttribute(node, 'RAGGED_RANK', node.inputs.length - 1);
  const values = inputOf(node, depth);
  const [rows = 0, ...inner] = values.shape;
  const levels = nestedSplits(node, depth, rows);
  let places: number[][] = Array.from({ length: Math.max(0, (levels[0]?.length ?? 1) - 1) }, (_, row) => [
    row,
  ]);
  const shape = [places.length];
  for (const splits of levels) {
    const lengths = splits.slice(1).map((end, row) => end - (splits[row] ?? 0));
    shape.push(Math.max(0, ...lengths));
    places = places.flatMap((place, row) =>
      Array.from({ length: lengths[row] ?? 0 }, (_, at) => [...place, at]),
    );
  }
  for (const size of inner)
    places = places.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at]));
  shape.push(...inner);
  const flat = moving([0], (_, [x]) => reshape(x ?? values, [-1]))({ ...node, inputs: [values] });
  return [
    tensor(Int32Array.from(places.flat()), [places.length, shape.length], 'int32'),
    ...(Array.isArray(flat) ? flat : [flat]),
    tensor1d(shape, 'int32'),
  ];
};

/** The rows of a ragged tensor at some places, as a ragged tensor. The last input has the places. */
const gatherRows: Operation = (node) => {
  const depth = numberAttribute(node, 'PARAMS_RAGGED_RANK', node.inputs.length - 2);
  const values = inputOf(node, depth);
  const indices = inputOf(node, depth + 1);
  const levels = nestedSplits(node, depth, values.shape[0] ?? 0);
  const count = (levels[0]?.length ?? 1) - 1;
  let chosen = Array.from(indices.dataSync(), Number);
  const outside = chosen.find((row) => row < 0 || row >= count);
  if (outside !== undefined) refuse(node, `the row ${outside} is not in [0, ${count})`);
  const results: Splits[] = indices.shape
    .slice(1)
    .map((size, axis) =>
      Array.from({ length: elementCount(indices.shape.slice(0, axis + 1)) + 1 }, (_, row) => row * size),
    );
  for (const splits of levels) {
    const ends = [0];
    const below: number[] = [];
    for (const row of chosen) {
      for (let each = splits[row] ?? 0; each < (splits[row + 1] ?? 0); each++) below.push(each);
      ends.push(below.length);
    }
    results.push(ends);
    chosen = below;
  }
  const rows = moving([0], (_, [x]) => gather(x ?? values, tensor1d(chosen, 'int32')))({
    ...node,
    inputs: [values],
  });
  return [
    ...results.map((splits): Tensor => tensor1d([...splits], 'int32')),
    ...(Array.isArray(rows) ? rows : [rows]),
  ];
};

export const RAGGED_ROWS: Operations = { RaggedGather: gatherRows, RaggedTensorToSparse: toSparse };
