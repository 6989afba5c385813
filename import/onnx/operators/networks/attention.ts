import { countUp } from '../../../builder/creation.ts';
import { add, binary, cast, multiply, select, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { batchProduct } from '../../../builder/products.ts';
import { reduce, softmax } from '../../../builder/reductions.ts';
import {
  concatenate,
  type Dimension,
  dimension,
  expandDimension,
  gather,
  pad,
  reshape,
  slice,
  split,
  tile,
  transpose,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';

/** Queries, keys and values of [batch, heads, steps, size], or [batch, steps, heads * size] with the numbers of heads. */
const attention: Operator = (call) => {
  const { g, attributes, inputs, outputCount } = call;
  attributes.ignore('softmax_precision');
  const given = [input(call, 0), input(call, 1), input(call, 2)] as const;
  const isFlat = rank(given[0]) === 3;
  const [queryHeads, keyHeads] = [attributes.integer('q_num_heads'), attributes.integer('kv_num_heads')];
  const [q, ownKeys, ownValues] = given.map((x, index) =>
    isFlat
      ? inHeads(
          g,
          x,
          (index === 0 ? queryHeads : keyHeads) ?? refuse('does not say how many heads there are'),
        )
      : x,
  );
  if (q === undefined || ownKeys === undefined || ownValues === undefined) throw new Error('there are three');
  const keys = withPast(g, inputs[4], ownKeys);
  const values = withPast(g, inputs[5], ownValues);
  const heads = knownSize(q, 1, 'a known number of heads');
  const scale = attributes.float('scale', 1 / Math.sqrt(knownSize(q, 3, 'a known size of heads')));
  const [k, v] = [repeated(g, keys, heads), repeated(g, values, heads)];
  const raw = multiply(g, batchProduct(g, q, k, { transposed: true }), scale);
  const cap = attributes.float('softcap', 0);
  const capped = cap > 0 ? multiply(g, unary(g, 'Tanh', multiply(g, raw, 1 / cap)), cap) : raw;
  const biased = masked(call, capped, { keys: k, offset: offsetOf(call, dimension(g, q, 2)) });
  const shares = sharesOf(call, biased);
  const y = batchProduct(g, shares, v);
  const result = isFlat ? outOfHeads(g, y) : y;
  const mode = attributes.integer('qk_matmul_output_mode', 0);
  const shown =
    [raw, capped, biased, shares][mode] ?? refuse(`has qk_matmul_output_mode ${mode}, which is not known`);
  const type = given[0].type;
  return [typed(result, type), typed(keys, type), typed(values, type), typed(shown, type)].slice(
    0,
    outputCount,
  );
};

export function inHeads(g: NodeBuilder, x: SymbolicTensor, heads: number): SymbolicTensor {
  const size = (sizeOf(x, 2) ?? refuse('needs a known size of heads')) / heads;
  return transpose(g, reshape(g, x, [dimension(g, x, 0), dimension(g, x, 1), heads, size]), [0, 2, 1, 3]);
}

export function outOfHeads(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  const together = transpose(g, x, [0, 2, 1, 3]);
  const size = (sizeOf(x, 1) ?? 1) * (sizeOf(x, 3) ?? 1);
  return reshape(g, together, [dimension(g, together, 0), dimension(g, together, 1), size]);
}

export function withPast(
  g: NodeBuilder,
  past: OnnxTensor | undefined,
  present: SymbolicTensor,
): SymbolicTensor {
  return past === undefined ? present : concatenate(g, [past, present], 2);
}

/** Several heads of queries may share one of keys. */
function repeated(g: NodeBuilder, x: SymbolicTensor, heads: number): SymbolicTensor {
  const own = sizeOf(x, 1) ?? heads;
  if (own === heads) return x;
  const apart = expandDimension(g, x, 2);
  const wide = tile(g, apart, [1, 1, heads / own, 1, 1]);
  return reshape(g, wide, [dimension(g, x, 0), heads, dimension(g, x, 2), dimension(g, x, 3)]);
}

/** How many keys come before those of the queries: a number, or one for each row of the batch, [batch, 1, 1, 1]. */
function offsetOf({ g, inputs }: OperatorCall, steps: Dimension): Dimension {
  const [past, lengths] = [inputs[4], inputs[6]];
  if (past !== undefined) return dimension(g, past, 2);
  if (lengths === undefined) return 0;
  return subtract(g, reshape(g, lengths, [dimension(g, lengths, 0), 1, 1, 1]), steps);
}

interface Seen {
  readonly keys: SymbolicTensor;
  readonly offset: Dimension;
}

function masked(call: OperatorCall, scores: SymbolicTensor, { keys, offset }: Seen): SymbolicTensor {
  const { g, attributes, inputs } = call;
  const [mask, lengths] = [inputs[3], inputs[6]];
  const places = countUp(g, dimension(g, keys, 2));
  const limits: SymbolicTensor[] = [];
  if (lengths !== undefined) {
    limits.push(binary(g, 'Less', places, reshape(g, lengths, [dimension(g, lengths, 0), 1, 1, 1])));
  }
  const own = add(g, expandDimension(g, countUp(g, dimension(g, scores, 2)), 1), offset);
  if (attributes.flag('is_causal')) limits.push(binary(g, 'LessEqual', places, own));
  const [left, right] = [
    attributes.integer('left_window_size', -1),
    attributes.integer('right_window_size', -1),
  ];
  if (left >= 0) limits.push(binary(g, 'GreaterEqual', places, subtract(g, own, left)));
  if (right >= 0) limits.push(binary(g, 'LessEqual', places, add(g, own, right)));
  let result = scores;
  if (mask !== undefined) {
    const whole = asLong(g, mask, keys);
    result =
      whole.dtype === 'bool' ? select(g, whole, result, Number.NEGATIVE_INFINITY) : add(g, result, whole);
  }
  return limits.reduce((rest, isSeen) => select(g, isSeen, rest, Number.NEGATIVE_INFINITY), result);
}

/** A mask of fewer keys than there are hides the others. */
function asLong(g: NodeBuilder, mask: OnnxTensor, keys: SymbolicTensor): SymbolicTensor {
  const [own, wanted] = [sizeOf(mask, -1), sizeOf(keys, 2)];
  if (own === null || wanted === null || own >= wanted || own === 1) return mask;
  const widths = mask.shape.map((_, axis): [number, number] => [
    0,
    axis === rank(mask) - 1 ? wanted - own : 0,
  ]);
  return mask.type === 'BOOL'
    ? cast(g, pad(g, cast(g, mask, 'int32'), widths), 'bool')
    : pad(g, mask, widths, Number.NEGATIVE_INFINITY);
}

/** What each query takes of each key: nothing where all keys are hidden. */
function sharesOf({ g, inputs }: OperatorCall, scores: SymbolicTensor): SymbolicTensor {
  const shares = softmax(g, scores, 3);
  if (inputs[3] === undefined && inputs[6] === undefined) return shares;
  const isHidden = binary(g, 'Equal', reduce(g, 'Max', scores, [3], true), Number.NEGATIVE_INFINITY);
  return select(g, isHidden, 0, shares);
}

/** Turns pairs of numbers by angles that depend on the position. [batch, heads, steps, size] or [batch, steps, heads * size] */
const rotaryEmbedding: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const given = input(call, 0);
  const isInterleaved = attributes.flag('interleaved');
  const heads = attributes.integer('num_heads', 0);
  const part = attributes.integer('rotary_embedding_dim', 0);
  const x =
    rank(given) === 3 ? inHeads(g, given, heads || refuse('does not say how many heads there are')) : given;
  const size = knownSize(x, 3, 'a known size of heads');
  const turned = part === 0 ? size : part;
  const ids = inputs[3];
  const angle = (table: OnnxTensor) => {
    const rows = ids === undefined ? table : gather(g, table, ids, 0);
    return expandDimension(g, rows, 1);
  };
  const [cos, sin] = [angle(input(call, 1)), angle(input(call, 2))];
  const [own, rest] =
    turned === size ? [x, undefined] : [slice(g, x, 3, 0, turned), slice(g, x, 3, turned, size - turned)];
  const pairs = isInterleaved
    ? split(
        g,
        reshape(g, own, [...[0, 1, 2].map((axis) => dimension(g, own, axis)), turned / 2, 2]),
        4,
        2,
      ).map((each) => reshape(g, each, [...[0, 1, 2].map((axis) => dimension(g, own, axis)), turned / 2]))
    : split(g, own, 3, 2);
  const [one, other] = pairs;
  if (one === undefined || other === undefined) throw new Error('there are two');
  const real = subtract(g, multiply(g, cos, one), multiply(g, sin, other));
  const imaginary = add(g, multiply(g, sin, one), multiply(g, cos, other));
  const joined = isInterleaved
    ? reshape(g, concatenate(g, [expandDimension(g, real, 4), expandDimension(g, imaginary, 4)], 4), [
        ...[0, 1, 2].map((axis) => dimension(g, own, axis)),
        turned,
      ])
    : concatenate(g, [real, imaginary], 3);
  const whole = rest === undefined ? joined : concatenate(g, [joined, rest], 3);
  return typed(rank(given) === 3 ? outOfHeads(g, whole) : whole, given.type);
};

export const ATTENTION: OperatorTable = { Attention: attention, RotaryEmbedding: rotaryEmbedding };
