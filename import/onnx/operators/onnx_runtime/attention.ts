import { countUp } from '../../../builder/creation.ts';
import { add, binary, cast, multiply, select, subtract } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { batchProduct, dense } from '../../../builder/products.ts';
import { softmax } from '../../../builder/reductions.ts';
import {
  dimension,
  expandDimension,
  gather,
  reshape,
  slice,
  stack,
  transpose,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { inHeads, outOfHeads, withPast } from '../networks/attention.ts';
import { dequantize, scaleAlong } from '../quantization/linear.ts';

/** All of [batch, heads, steps, size]. */
interface Projected {
  readonly q: SymbolicTensor;
  readonly k: SymbolicTensor;
  readonly v: SymbolicTensor;
}

/** What keys a query does not see costs them. */
const HIDDEN = -10_000;

/** Self-attention of [batch, steps, inputs] with the matrix of queries, keys and values. */
const attention: Operator = (call) => {
  const { inputs } = call;
  const [x, weights] = [input(call, 0), input(call, 1)];
  return selfAttended(call, {
    x,
    weights,
    bias: inputs[2],
    mask: inputs[3],
    past: inputs[4],
    scores: inputs[5],
  });
};

/** The same of integers, each with a scale and a zero. */
const quantizedAttention: Operator = (call) => {
  const { g, inputs } = call;
  const floatsOf = (index: number, axis: number): OnnxTensor => {
    const x = input(call, index);
    return typed(
      dequantize(g, x, scaleAlong(call, x, input(call, index + 3), inputs[index + 6], axis)),
      'FLOAT',
    );
  };
  return selfAttended(call, {
    x: floatsOf(0, 2),
    weights: floatsOf(1, 1),
    bias: inputs[2],
    mask: inputs[5],
    past: inputs[8],
    scores: undefined,
  });
};

interface SelfAttention {
  readonly x: OnnxTensor;
  readonly weights: OnnxTensor;
  readonly bias: OnnxTensor | undefined;
  readonly mask: OnnxTensor | undefined;
  readonly past: OnnxTensor | undefined;
  /** What is added to the scores. */
  readonly scores: OnnxTensor | undefined;
}

function selfAttended(
  call: OperatorCall,
  { x, weights, bias, mask, past, scores }: SelfAttention,
): readonly OnnxTensor[] {
  const { g, attributes } = call;
  attributes.ignore('past_present_share_buffer');
  if (attributes.flag('do_rotary'))
    refuse('turns queries and keys by their positions, which is not computed here');
  const heads = attributes.integer('num_heads') ?? refuse('does not say how many heads there are');
  const whole = knownSize(weights, 1, 'a matrix of known size');
  const third = whole / 3;
  const [queries = third, keys = third, values = third] = attributes.integers('qkv_hidden_sizes') ?? [];
  const all = dense(g, x, weights, bias);
  const part = (start: number, size: number) => inHeads(g, slice(g, all, 2, start, size), heads);
  const own = { q: part(0, queries), k: part(queries, keys), v: part(queries + keys, values) };
  const pastOf = (index: number) => past && typed(gather(g, past, g.integers([index], []), 0), past.type);
  const { q, k, v } = { q: own.q, k: withPast(g, pastOf(0), own.k), v: withPast(g, pastOf(1), own.v) };
  const y = attended(call, { q, k, v }, mask, scores);
  return [typed(y, x.type), typed(stack(g, [k, v], 0), x.type)].slice(0, call.outputCount);
}

/** Attention of queries to keys and values that are projected already, [batch, steps, heads * size]. */
const multiHeadAttention: Operator = (call) => {
  const { g, attributes, inputs, outputCount } = call;
  const [query, key, value, bias, mask, scores, pastKey, pastValue] = inputs;
  const heads = attributes.integer('num_heads') ?? refuse('does not say how many heads there are');
  const given = query ?? input(call, 0);
  const parts = projected(g, given, key, value, heads);
  const { q, k, v } = bias === undefined ? parts : withBias(g, parts, bias, heads);
  const [keys, values] = [withPast(g, pastKey, k), withPast(g, pastValue, v)];
  const y = attended(call, { q, k: keys, v: values }, mask, scores);
  return [typed(y, given.type), typed(keys, given.type), typed(values, given.type)].slice(0, outputCount);
};

function projected(
  g: NodeBuilder,
  query: OnnxTensor,
  key: OnnxTensor | undefined,
  value: OnnxTensor | undefined,
  heads: number,
): Projected {
  if (rank(query) === 5) {
    // [batch, steps, heads, 3, size]
    const part = (index: number) => transpose(g, gather(g, query, g.integers([index], []), 3), [0, 2, 1, 3]);
    return { q: part(0), k: part(1), v: part(2) };
  }
  if (key !== undefined && rank(key) === 5) {
    const part = (index: number) => transpose(g, gather(g, key, g.integers([index], []), 3), [0, 2, 1, 3]);
    return { q: inHeads(g, query, heads), k: part(0), v: part(1) };
  }
  if (key === undefined || value === undefined) return refuse('has no keys or no values');
  const split = (x: OnnxTensor) => (rank(x) === 4 ? x : inHeads(g, x, heads));
  return { q: inHeads(g, query, heads), k: split(key), v: split(value) };
}

/** @param bias of queries, keys and values one after the other */
function withBias(g: NodeBuilder, { q, k, v }: Projected, bias: OnnxTensor, heads: number): Projected {
  const sizes = [q, k, v].map((each) => heads * knownSize(each, 3, 'a known size of heads'));
  let start = 0;
  const [ofQueries, ofKeys, ofValues] = sizes.map((size) => {
    const own = reshape(g, slice(g, bias, 0, start, size), [1, heads, 1, size / heads]);
    start += size;
    return own;
  });
  const plus = (x: SymbolicTensor, own: SymbolicTensor | undefined) =>
    own === undefined ? x : add(g, x, own);
  return { q: plus(q, ofQueries), k: plus(k, ofKeys), v: plus(v, ofValues) };
}

/** [batch, steps, heads * size] @param bias of the scores, which broadcasts to [batch, heads, steps, keys] */
function attended(
  call: OperatorCall,
  { q, k, v }: Projected,
  mask: OnnxTensor | undefined,
  bias: OnnxTensor | undefined,
): SymbolicTensor {
  const { g, attributes } = call;
  const size = knownSize(q, 3, 'a known size of heads');
  const given = attributes.float('scale', 0);
  const scale = given === 0 ? 1 / Math.sqrt(size) : given;
  const hidden = attributes.float('mask_filter_value', HIDDEN);
  let scores = multiply(g, batchProduct(g, q, k, { transposed: true }), scale);
  if (bias !== undefined) scores = add(g, scores, bias);
  const [steps, keys] = [dimension(g, q, 2), dimension(g, k, 2)];
  if (mask !== undefined) {
    const isSeen = seenKeys(g, mask, countUp(g, keys), dimension(g, q, 0));
    scores = add(g, scores, multiply(g, subtract(g, 1, isSeen), hidden));
  }
  if (attributes.flag('unidirectional')) {
    // The last query is at the last key.
    const first = subtract(g, typeof keys === 'number' ? g.integers([keys], []) : keys, steps);
    const own = add(g, expandDimension(g, countUp(g, steps), 1), first);
    scores = select(g, binary(g, 'LessEqual', countUp(g, keys), own), scores, hidden * 1e30);
  }
  return outOfHeads(g, batchProduct(g, softmax(g, scores, 3), v));
}

/** Ones for keys that count, which broadcast to [batch, heads, steps, keys]. */
function seenKeys(
  g: NodeBuilder,
  mask: OnnxTensor,
  places: SymbolicTensor,
  batch: ReturnType<typeof dimension>,
): SymbolicTensor {
  const floats = (x: SymbolicTensor) => cast(g, x, 'float32');
  if (rank(mask) === 2) return floats(expandDimension(g, expandDimension(g, mask, 1), 1));
  if (rank(mask) === 3) return floats(expandDimension(g, mask, 1));
  if (rank(mask) === 4) return refuse('has a mask of four dimensions, which is not computed');
  if (typeof batch === 'number' && mask.shape[0] !== null && mask.shape[0] !== batch) {
    return refuse(`has a mask of ${mask.shape[0]} numbers for ${batch} rows, which is not computed`);
  }
  const ends = reshape(g, mask, [dimension(g, mask, 0), 1, 1, 1]);
  return floats(binary(g, 'Less', places, ends));
}

export const FUSED_ATTENTION: OperatorTable = {
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
  QAttention: quantizedAttention,
};
