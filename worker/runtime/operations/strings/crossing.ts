import { type Tensor, tensor, util } from '@tensorflow/tfjs-core';
import { inputOf, numberAttribute, type Operation, rawAttribute, refuse } from '../operation.ts';
import { stringsOf } from './string_values.ts';

const MASK = 0xffff_ffff_ffff_ffffn;
const MULTIPLIER = 0xc6a4_a793_5bd1_e995n;

const shiftMix = (word: bigint): bigint => word ^ (word >> 47n);

/** One fingerprint of two, as TensorFlow joins those of crossed features. */
function joined(one: bigint, other: bigint): bigint {
  let word = one ^ MULTIPLIER;
  word ^= (shiftMix((other * MULTIPLIER) & MASK) * MULTIPLIER) & MASK;
  word = (word * MULTIPLIER) & MASK;
  return shiftMix((shiftMix(word) * MULTIPLIER) & MASK);
}

/** What stands for each element: the fingerprint of a string, or the integer itself. */
function fingerprints(x: Tensor): bigint[] {
  if (x.dtype === 'string') {
    return stringsOf(x).map((value) => BigInt.asUintN(64, BigInt(util.fingerPrint64(value).toString())));
  }
  return Array.from(x.dataSync(), (value) => BigInt.asUintN(64, BigInt(value)));
}

/** What hashing begins with, a 64-bit integer. */
function keyOf(value: unknown): bigint {
  const text = typeof value === 'object' && value !== null && 'i' in value ? value.i : undefined;
  return BigInt.asUintN(64, BigInt(String(text ?? '956888297470')));
}

/** More crosses of one row than any model has. */
const MOST_CROSSES = 2 ** 20;

/**
 * Crosses the features of each row with those of the other columns, each [rows, features of the column], and gives
 * the bucket of each cross: indices, values and dense shape of a sparse tensor. Sparse columns are refused.
 */
export const sparseCross: Operation = (node) => {
  const columns = node.inputs.map((_, index) => inputOf(node, index));
  if (numberAttribute(node, 'N', 0) > 0) refuse(node, 'its columns are sparse');
  const buckets = numberAttribute(node, 'num_buckets', 0);
  if (!(buckets >= 1 && buckets <= 2 ** 31)) refuse(node, `${buckets} buckets are not from 1 to 2147483648`);
  const rows = columns[0]?.shape[0] ?? 0;
  if (columns.length === 0 || columns.some(({ shape }) => shape.length !== 2 || shape[0] !== rows)) {
    refuse(node, 'its columns are not matrices of as many rows');
  }
  const width = columns.reduce((count, { shape }) => count * (shape[1] ?? 0), 1);
  if (width * rows > MOST_CROSSES) refuse(node, `${width * rows} crosses are too many`);
  const start = keyOf(rawAttribute(node, 'hash_key'));
  const features = columns.map(fingerprints);
  const [places, found]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    let crosses = [start];
    for (const [index, column] of columns.entries()) {
      const count = column.shape[1] ?? 0;
      const own = features[index]?.slice(row * count, (row + 1) * count) ?? [];
      crosses = crosses.flatMap((cross) => own.map((feature) => joined(cross, feature)));
    }
    for (const [index, cross] of crosses.entries()) {
      places.push(row, index);
      found.push(Number(cross % BigInt(buckets)));
    }
  }
  return [
    tensor(Int32Array.from(places), [found.length, 2], 'int32'),
    tensor(Int32Array.from(found), [found.length], 'int32'),
    tensor(Int32Array.of(rows, width), [2], 'int32'),
  ];
};
