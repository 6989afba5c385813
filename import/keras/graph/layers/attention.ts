import * as v from 'valibot';
import { choice, count, flag, integer, integers } from '../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
} from '../layer_definition.ts';
import type { LayerWeights } from '../layer_weights.ts';
import { add, binary, cast, multiply, unary } from '../nodes/elementwise.ts';
import type { NodeBuilder } from '../nodes/node_builder.ts';
import { batchProduct, biased, dense } from '../nodes/products.ts';
import { reduce, softmax } from '../nodes/reductions.ts';
import { dimension, expandDimension, fill, reshape, tile, transpose } from '../nodes/shaping.ts';
import { runningSum } from '../nodes/sorting.ts';
import { rank, type SymbolicTensor, sizeOf, withMask } from '../nodes/symbolic_tensor.ts';
import { openSize } from './core.ts';

/** What is attended with, to and by, and which steps of them count. */
interface Attended {
  readonly query: SymbolicTensor;
  readonly value: SymbolicTensor;
  readonly key: SymbolicTensor;
  readonly queryMask: SymbolicTensor | undefined;
  readonly valueMask: SymbolicTensor | undefined;
}

function attended(call: LayerCall): Attended | string {
  const [first, second, third] = call.inputs;
  const query = first ?? namedTensor(call, 'query');
  const value = second ?? namedTensor(call, 'value');
  if (query === undefined || value === undefined)
    return `layer ${call.layer.className} of less than two tensors`;
  const key = third ?? namedTensor(call, 'key') ?? value;
  if ([query, value, key].some((each) => rank(each) !== 3)) {
    return `layer ${call.layer.className} of tensors that are no sequences of vectors`;
  }
  return { query, value, key, queryMask: query.mask, valueMask: value.mask };
}

/** Sequences whose positions are a constant. */
const MOST_COUNTED = 4096;

/** Which steps of the source come no later than each of the target, [1, target, source]. */
function causalMask(g: NodeBuilder, query: SymbolicTensor, value: SymbolicTensor): SymbolicTensor {
  const [target, source] = [dimension(g, query, 1), dimension(g, value, 1)];
  const isSmall = [target, source].every((size) => typeof size === 'number' && size <= MOST_COUNTED);
  const positions = (count: typeof target, axis: number): SymbolicTensor => {
    if (typeof count === 'number' && isSmall) {
      const numbers = Array.from({ length: count }, (_, index) => index);
      return g.floats(numbers, axis === 1 ? [1, count, 1] : [1, 1, count]);
    }
    const ones = fill(g, axis === 1 ? [1, count, 1] : [1, 1, count], 1);
    return runningSum(g, ones, axis);
  };
  const [rows, columns] = [positions(target, 1), positions(source, 2)];
  return binary(g, 'GreaterEqual', rows, columns);
}

const and = (g: NodeBuilder, one: SymbolicTensor | undefined, other: SymbolicTensor): SymbolicTensor =>
  one === undefined ? other : binary(g, 'LogicalAnd', one, other);

/** Lets nothing through where the mask says that a step does not count. */
function maskedSoftmax(
  g: NodeBuilder,
  scores: SymbolicTensor,
  mask: SymbolicTensor | undefined,
): SymbolicTensor {
  const last = rank(scores) - 1;
  if (mask === undefined) return softmax(g, scores, last);
  return softmax(
    g,
    add(g, scores, multiply(g, cast(g, unary(g, 'LogicalNot', mask), 'float32'), -1e9)),
    last,
  );
}

/** Heads that attend, each tensor [batch, steps, heads, size], and what is added to their scores. */
interface AttendingHeads {
  readonly query: SymbolicTensor;
  readonly key: SymbolicTensor;
  readonly value: SymbolicTensor;
  readonly scale: number;
  readonly bias: SymbolicTensor | undefined;
  /** Where to attend, broadcast to [batch, heads, target, source]. */
  readonly mask: SymbolicTensor | undefined;
  readonly isCausal: boolean;
}

/** @returns [batch, steps, heads, size] */
export function attendWith(g: NodeBuilder, heads: AttendingHeads): SymbolicTensor {
  const { query, key, value, scale, bias, mask, isCausal } = heads;
  const count = sizeOf(query, 2) ?? 1;
  const byHead = (x: SymbolicTensor) => transpose(g, repeated(g, cast(g, x, 'float32'), count), [0, 2, 1, 3]);
  const products = batchProduct(g, multiply(g, byHead(query), scale), byHead(key), { transposed: true });
  const scores = bias === undefined ? products : add(g, products, cast(g, bias, 'float32'));
  let where = mask && cast(g, mask, 'bool');
  if (isCausal) where = and(g, where, causalMask(g, query, value));
  return transpose(g, batchProduct(g, maskedSoftmax(g, scores, where), byHead(value)), [0, 2, 1, 3]);
}

/** What the layers that have no heads share: one set of scores, [batch, target, source]. */
function attendOnce(
  call: LayerCall,
  isCausal: boolean,
  scoresOf: (attended: Attended) => SymbolicTensor,
): Built {
  const { g, named } = call;
  const tensors = attended(call);
  if (typeof tensors === 'string') return tensors;
  const { query, value, valueMask, queryMask } = tensors;
  let mask: SymbolicTensor | undefined;
  if (valueMask !== undefined) mask = expandDimension(g, valueMask, 1);
  if (isCausal || named.use_causal_mask === true) mask = and(g, mask, causalMask(g, query, value));
  const scores = maskedSoftmax(g, scoresOf(tensors), mask);
  const result = batchProduct(g, scores, value);
  const counted =
    queryMask === undefined
      ? result
      : multiply(g, result, cast(g, expandDimension(g, queryMask, 2), 'float32'));
  const output = withMask(counted, queryMask);
  return named.return_attention_scores === true ? [output, scores] : output;
}

const ATTENTION = defineLayer(
  { use_scale: flag(false), score_mode: choice(['dot', 'concat'], 'dot'), causal: flag(false) },
  (call, { use_scale: hasScale, score_mode: mode, causal }) => {
    const { g, weights } = call;
    const scale = hasScale ? weights.get('scale', []) : undefined;
    const weight = mode === 'concat' ? weights.get('concat_score_weight', []) : undefined;
    return attendOnce(call, causal, ({ query, key }) => {
      if (weight === undefined) {
        const scores = batchProduct(g, query, key, { transposed: true });
        return scale === undefined ? scores : multiply(g, scores, scale);
      }
      const sums = add(g, expandDimension(g, query, 2), expandDimension(g, key, 1));
      const scaled = scale === undefined ? sums : multiply(g, sums, scale);
      return multiply(g, reduce(g, 'Sum', unary(g, 'Tanh', scaled), [3]), weight);
    });
  },
  { ignores: ['dropout'] },
);

const ADDITIVE_ATTENTION = defineLayer(
  { use_scale: flag(true), causal: flag(false) },
  (call, { use_scale: hasScale, causal }) => {
    const { g, weights, inputs } = call;
    const size = inputs[1] === undefined ? null : sizeOf(inputs[1], -1);
    if (size === null) return openSize(call);
    const scale = hasScale ? weights.get('scale', [size]) : undefined;
    return attendOnce(call, causal, ({ query, key }) => {
      const sums = unary(g, 'Tanh', add(g, expandDimension(g, query, 2), expandDimension(g, key, 1)));
      return reduce(g, 'Sum', scale === undefined ? sums : multiply(g, sums, scale), [3]);
    });
  },
  { ignores: ['dropout'] },
);

/** A dense layer to heads, of [batch, steps, heads, size]. */
function toHeads(
  g: NodeBuilder,
  x: SymbolicTensor,
  weights: LayerWeights,
  { heads, size, hasBias }: { readonly heads: number; readonly size: number; readonly hasBias: boolean },
): SymbolicTensor {
  const kernel = weights.get('kernel', [sizeOf(x, -1) ?? 1, heads, size]);
  const bias = hasBias ? weights.get('bias', [heads, size]) : undefined;
  const flat = reshape(g, kernel, [sizeOf(x, -1) ?? 1, heads * size]);
  const y = dense(g, x, flat, bias && reshape(g, bias, [heads * size]));
  return reshape(g, y, [dimension(g, x, 0), dimension(g, x, 1), heads, size]);
}

interface Heads {
  readonly heads: number;
  /** Fewer than heads where several of these share one. */
  readonly keyHeads: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly hasBias: boolean;
  /** Undefined for that of the query. */
  readonly outputSize: number | undefined;
}

/** The groups in which Keras's versions keep the layers within. */
const GROUPS = ['query', 'key', 'value', 'output'] as const;

function attendWithHeads(call: LayerCall, config: Heads): Built {
  const { g, layer, named } = call;
  const tensors = attended(call);
  if (typeof tensors === 'string') return tensors;
  const { query, value, key, queryMask, valueMask } = tensors;
  const { heads, keyHeads, keySize, valueSize, hasBias } = config;
  const width = sizeOf(query, -1);
  const outputSize = config.outputSize ?? width;
  if (outputSize === null || [query, key, value].some((each) => sizeOf(each, -1) === null))
    return openSize(call);
  const owner = String(layer.config.name ?? '');
  const weightsOf = (part: (typeof GROUPS)[number]) =>
    call.weights.in(`${part}_dense`, `${owner}/${part === 'output' ? 'attention_output' : part}`);
  const q = toHeads(g, query, weightsOf('query'), { heads, size: keySize, hasBias });
  const k = toHeads(g, key, weightsOf('key'), { heads: keyHeads, size: keySize, hasBias });
  const v = toHeads(g, value, weightsOf('value'), { heads: keyHeads, size: valueSize, hasBias });
  // [batch, heads, steps, size].
  const byHead = (x: SymbolicTensor) => transpose(g, repeated(g, x, heads), [0, 2, 1, 3]);
  const scaled = multiply(g, byHead(q), 1 / Math.sqrt(keySize));
  const scores = batchProduct(g, scaled, byHead(k), { transposed: true });
  let mask: SymbolicTensor | undefined;
  const explicit = namedTensor(call, 'attention_mask');
  if (queryMask !== undefined) mask = and(g, mask, expandDimension(g, queryMask, 2));
  if (valueMask !== undefined) mask = and(g, mask, expandDimension(g, valueMask, 1));
  if (key.ref !== value.ref && key.mask !== undefined) mask = and(g, mask, expandDimension(g, key.mask, 1));
  if (named.use_causal_mask === true) mask = and(g, mask, causalMask(g, query, value));
  const own = explicit && cast(g, explicit, 'bool');
  const steps = own && rank(own) === 2 ? expandDimension(g, own, 0) : own;
  const perHead = (each: SymbolicTensor) => (rank(each) === 3 ? expandDimension(g, each, 1) : each);
  const automatic = mask && perHead(mask);
  const whole = steps === undefined ? automatic : and(g, automatic, perHead(steps));
  const weights = maskedSoftmax(g, scores, whole);
  const joined = transpose(g, batchProduct(g, weights, byHead(v)), [0, 2, 1, 3]);
  const flat = reshape(g, joined, [dimension(g, query, 0), dimension(g, query, 1), heads * valueSize]);
  const outer = weightsOf('output');
  const kernel = outer.get('kernel', [heads, valueSize, outputSize]);
  const bias = hasBias ? outer.get('bias', [outputSize]) : undefined;
  const y = biased(g, dense(g, flat, reshape(g, kernel, [heads * valueSize, outputSize]), undefined), bias);
  const output = withMask(y, queryMask);
  return named.return_attention_scores === true ? [output, weights] : output;
}

/** Each head of [batch, steps, heads, size] as often as it takes. */
function repeated(g: NodeBuilder, x: SymbolicTensor, heads: number): SymbolicTensor {
  const [own, size] = [sizeOf(x, 2) ?? 1, sizeOf(x, 3) ?? 1];
  if (own === heads) return x;
  const copies = tile(g, expandDimension(g, x, 3), [1, 1, 1, heads / own, 1]);
  return reshape(g, copies, [dimension(g, x, 0), dimension(g, x, 1), heads, size]);
}

const MULTI_HEAD_ATTENTION = defineLayer(
  {
    num_heads: count,
    key_dim: count,
    value_dim: v.nullish(count, null),
    use_bias: flag(true),
    output_shape: v.nullish(v.union([count, v.array(count)]), null),
    attention_axes: v.nullish(v.union([integer, integers]), null),
  },
  (call, config) => {
    const output = [config.output_shape ?? []].flat();
    const axes = [config.attention_axes ?? 1].flat();
    if (output.length > 1 || axes.some((axis) => axis !== 1 && axis !== -2)) {
      return `layer ${call.layer.className} over several axes`;
    }
    return attendWithHeads(call, {
      heads: config.num_heads,
      keyHeads: config.num_heads,
      keySize: config.key_dim,
      valueSize: config.value_dim ?? config.key_dim,
      hasBias: config.use_bias,
      outputSize: output[0],
    });
  },
  { ignores: ['dropout', 'flash_attention', 'query_shape', 'key_shape', 'value_shape'] },
);

const GROUPED_QUERY_ATTENTION = defineLayer(
  { head_dim: count, num_query_heads: count, num_key_value_heads: count, use_bias: flag(true) },
  (call, { head_dim: size, num_query_heads: heads, num_key_value_heads: keyHeads, use_bias: hasBias }) =>
    heads % keyHeads === 0
      ? attendWithHeads(call, {
          heads,
          keyHeads,
          keySize: size,
          valueSize: size,
          hasBias,
          outputSize: undefined,
        })
      : `layer ${call.layer.className} with heads that do not fit each other`,
  { ignores: ['dropout', 'flash_attention'] },
);

export const ATTENTIONS: Readonly<Record<string, LayerDefinition>> = {
  AdditiveAttention: ADDITIVE_ATTENTION,
  Attention: ATTENTION,
  GroupedQueryAttention: GROUPED_QUERY_ATTENTION,
  MultiHeadAttention: MULTI_HEAD_ATTENTION,
};
