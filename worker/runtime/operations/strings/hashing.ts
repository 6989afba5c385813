import type { GraphNode } from '@tensorflow/tfjs-converter';
import { tensor } from '@tensorflow/tfjs-core';
import {
  inputOf,
  listAttribute,
  numberAttribute,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { type Bytes, stringsOf } from './string_values.ts';

const MASK = 0xffff_ffff_ffff_ffffn;

/** Makes an operation that maps strings to buckets, which are int32. */
function buckets(hash: (value: Bytes, node: GraphNode) => bigint): Operation {
  return (node) => {
    const x = inputOf(node, 0);
    const count = numberAttribute(node, 'num_buckets', 0);
    if (!(count >= 1 && count <= 2 ** 31)) refuse(node, `${count} buckets are not from 1 to 2147483648`);
    const found = Int32Array.from(stringsOf(x), (value) => Number(hash(value, node) % BigInt(count)));
    return tensor(found, x.shape, 'int32');
  };
}

function wordAt(value: Bytes, offset: number): bigint {
  let word = 0n;
  for (let index = Math.min(7, value.length - 1 - offset); index >= 0; index--)
    word = (word << 8n) | BigInt(value[offset + index] ?? 0);
  return word;
}

const MULTIPLIER = 0xc6a4_a793_5bd1_e995n;
const SEED = 0xdeca_fcaf_fen;

/** TensorFlow's Hash64, a 64-bit MurmurHash. */
function hash64(value: Bytes): bigint {
  let hash = SEED ^ ((BigInt(value.length) * MULTIPLIER) & MASK);
  const whole = value.length - (value.length % 8);
  for (let offset = 0; offset < whole; offset += 8) {
    let word = (wordAt(value, offset) * MULTIPLIER) & MASK;
    word ^= word >> 47n;
    word = (word * MULTIPLIER) & MASK;
    hash = ((hash ^ word) * MULTIPLIER) & MASK;
  }
  if (whole < value.length) hash = ((hash ^ wordAt(value, whole)) * MULTIPLIER) & MASK;
  hash ^= hash >> 47n;
  hash = (hash * MULTIPLIER) & MASK;
  return hash ^ (hash >> 47n);
}

/** SipHash-2-4 with the key of the node. */
function keyedHash(value: Bytes, node: GraphNode): bigint {
  const [first, second, ...more] = keyOf(node);
  if (first === undefined || second === undefined || more.length > 0)
    return refuse(node, 'its key does not have two integers');
  const state: Sip = [
    first ^ 0x736f_6d65_7073_6575n,
    second ^ 0x646f_7261_6e64_6f6dn,
    first ^ 0x6c79_6765_6e65_7261n,
    second ^ 0x7465_6462_7974_6573n,
  ];
  const whole = value.length - (value.length % 8);
  for (let offset = 0; offset < whole; offset += 8) absorb(state, wordAt(value, offset));
  const last = whole < value.length ? wordAt(value, whole) : 0n;
  absorb(state, (BigInt(value.length & 0xff) << 56n) | last);
  state[2] ^= 0xffn;
  for (let round = 0; round < 4; round++) mix(state);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

type Sip = [bigint, bigint, bigint, bigint];

function absorb(state: Sip, word: bigint): void {
  state[3] ^= word;
  mix(state);
  mix(state);
  state[0] ^= word;
}

const rotate = (word: bigint, bits: bigint): bigint => ((word << bits) | (word >> (64n - bits))) & MASK;

function mix(state: Sip): void {
  let [a, b, c, d] = state;
  a = (a + b) & MASK;
  b = rotate(b, 13n) ^ a;
  a = rotate(a, 32n);
  c = (c + d) & MASK;
  d = rotate(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = rotate(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = rotate(b, 17n) ^ c;
  c = rotate(c, 32n);
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

/** Reads the key from the JSON, in which 64-bit integers are texts. */
function keyOf(node: GraphNode): bigint[] {
  return listAttribute(node, 'key', 'i').map((word) => BigInt.asUintN(64, BigInt(String(word))));
}

export const HASHING: Operations = {
  StringToHashBucket: buckets(hash64),
  StringToHashBucketStrong: buckets(keyedHash),
};
