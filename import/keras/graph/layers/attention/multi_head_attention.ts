import * as v from 'valibot';
import { cast, multiply, unary } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { batchProduct, dense } from '../../../../builder/products.ts';
import { dimension, dimensions, expandDimension, reshape, transpose } from '../../../../builder/shaping.ts';
import {
  axesOf,
  knownCount,
  rank,
  type Shape,
  type SymbolicTensor,
  sizeOf,
  withMask,
} from '../../../../builder/symbolic_tensor.ts';
import { count, flag, integer, integers } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
} from '../../layer_definition.ts';
import type { LayerWeights } from '../../layer_weights.ts';
import { openSize } from '../core.ts';
import { and, causalMask, maskedSoftmax, nearMask, repeated } from './attending.ts';
import { type Attended, attended } from './attention.ts';

/** A dense layer to heads, of [batch, ..., heads, size]. */
function toHeads(
  g: NodeBuilder,
  x: SymbolicTensor,
  weights: LayerWeights,
  { heads, size, hasBias }: { readonly heads: number; readonly size: number; readonly hasBias: boolean },
): SymbolicTensor {
  const width = sizeOf(x, -1) ?? 1;
  const kernel = weights.get('kernel', [width, heads, size]);
  const bias = hasBias ? weights.get('bias', [heads, size]) : undefined;
  const flat = reshape(g, kernel, [width, heads * size]);
  const y = dense(g, x, flat, bias && reshape(g, bias, [heads * size]));
  return reshape(g, y, [...dimensions(g, x).slice(0, -1), heads, size]);
}

interface Heads {
  readonly heads: number;
  /** Fewer than heads where several of these share one. */
  readonly keyHeads: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly hasBias: boolean;
  readonly hasGate: boolean;
  /** How far a step sees; null for all steps. */
  readonly window: number | null;
  /** The sizes of what it gives for each step; none for that of the query. */
  readonly output: readonly number[];
  /** Over which axes it attends; null for all between the batch and the last one. */
  readonly axes: readonly number[] | null;
}

/** The groups in which Keras's versions keep the layers within. */
type Part = 'query' | 'key' | 'gate' | 'value' | 'output';

/** [batch, ..., heads, size] as [batch, other axes..., heads, steps, size]: the axes that are attended over are one. */
function arranged(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[], others: readonly number[]) {
  const last = rank(x) - 1;
  const moved = transpose(g, x, [0, ...others, last - 1, ...axes, last]);
  if (axes.length === 1) return moved;
  const sizes = dimensions(g, moved);
  const steps = knownCount(axes.map((axis) => x.shape[axis] ?? null)) ?? 1;
  return reshape(g, moved, [...sizes.slice(0, others.length + 2), steps, ...sizes.slice(-1)]);
}

/** The way back, to the shape of what attended. */
function rearranged(
  g: NodeBuilder,
  x: SymbolicTensor,
  query: SymbolicTensor,
  axes: readonly number[],
  others: readonly number[],
): SymbolicTensor {
  const sizes = dimensions(g, x);
  const apart =
    axes.length === 1
      ? x
      : reshape(g, x, [
          ...sizes.slice(0, others.length + 2),
          ...axes.map((axis) => dimension(g, query, axis)),
          ...sizes.slice(-1),
        ]);
  const order = [0, ...others, rank(query) - 1, ...axes, rank(query)];
  return transpose(
    g,
    apart,
    [...order.keys()].map((axis) => order.indexOf(axis)),
  );
}

/** What an explicit mask lets through, as the scores are: [..., steps, steps of the source]. */
function explicitMask(
  g: NodeBuilder,
  given: SymbolicTensor,
  axes: readonly number[],
  ofScores: number,
): SymbolicTensor | undefined {
  let mask = cast(g, given, 'bool');
  if (axes.length > 1) {
    const outer = rank(mask) - 2 * axes.length;
    const part = (from: number): number | undefined => knownCount(mask.shape.slice(from, from + axes.length));
    const [target, source] = [part(outer), part(outer + axes.length)];
    if (outer < 0 || target === undefined || source === undefined) return undefined;
    mask = reshape(g, mask, [...dimensions(g, mask).slice(0, outer), target, source]);
  }
  while (rank(mask) < ofScores) mask = expandDimension(g, mask, rank(mask) - 2);
  return mask;
}

/** What the layer itself knows of which steps count, [batch, target, source]; undefined where all do. */
function ownMask(call: LayerCall, tensors: Attended, window: number | null): SymbolicTensor | undefined {
  const { g, named } = call;
  const { query, key, value, queryMask, valueMask } = tensors;
  let mask: SymbolicTensor | undefined;
  if (queryMask !== undefined) mask = and(g, mask, expandDimension(g, queryMask, 2));
  if (valueMask !== undefined) mask = and(g, mask, expandDimension(g, valueMask, 1));
  if (key.ref !== value.ref && key.mask !== undefined) mask = and(g, mask, expandDimension(g, key.mask, 1));
  if (named.use_causal_mask === true) mask = and(g, mask, causalMask(g, query, value));
  return window === null ? mask : and(g, mask, nearMask(g, query, value, window));
}

function attendWithHeads(call: LayerCall, config: Heads): Built {
  const { g, layer, named } = call;
  const tensors = attended(call);
  if (typeof tensors === 'string') return tensors;
  const { query, value, key, queryMask } = tensors;
  const { heads, keyHeads, keySize, valueSize, hasBias, window } = config;
  const inner = [...query.shape.keys()].slice(1, -1);
  const axes = config.axes === null ? inner : axesOf(query, config.axes);
  const others = inner.filter((axis) => !axes.includes(axis));
  const output = config.output.length > 0 ? config.output : [sizeOf(query, -1)];
  const outputSize = knownCount(output);
  const areKnown = (x: SymbolicTensor): boolean =>
    sizeOf(x, -1) !== null && (rank(x) === 3 || knownCount(x.shape.slice(1)) !== undefined);
  if (outputSize === undefined || ![query, key, value].every(areKnown)) return openSize(call);
  const own = ownMask(call, tensors, window);
  if (axes.length === 0 || (own !== undefined && (axes.length > 1 || axes[0] !== 1))) {
    return `layer ${layer.className} that attends over axes ${axes.join(', ')} of what is masked by steps`;
  }
  if (keyHeads !== heads && rank(query) !== 3) {
    return `layer ${layer.className} of tensors of ${rank(query)} dimensions`;
  }
  const owner = String(layer.config.name ?? '');
  const weightsOf = (part: Part) =>
    call.weights.in(`${part}_dense`, `${owner}/${part === 'output' ? 'attention_output' : part}`);
  const arrange = (x: SymbolicTensor) =>
    arranged(g, keyHeads === heads ? x : repeated(g, x, heads), axes, others);
  const q = arrange(toHeads(g, query, weightsOf('query'), { heads, size: keySize, hasBias }));
  const k = arrange(toHeads(g, key, weightsOf('key'), { heads: keyHeads, size: keySize, hasBias }));
  const gate = config.hasGate
    ? toHeads(g, query, weightsOf('gate'), { heads, size: valueSize, hasBias })
    : undefined;
  const v = arrange(toHeads(g, value, weightsOf('value'), { heads: keyHeads, size: valueSize, hasBias }));
  const scores = batchProduct(g, multiply(g, q, 1 / Math.sqrt(keySize)), k, { transposed: true });
  const explicit = namedTensor(call, 'attention_mask');
  const told = explicit && explicitMask(g, explicit, axes, rank(scores));
  if (explicit !== undefined && told === undefined) return openSize(call);
  const automatic = own && explicitMask(g, own, axes, rank(scores));
  const mask = told === undefined ? automatic : and(g, automatic, told);
  const weights = maskedSoftmax(g, scores, mask);
  const attending = rearranged(g, batchProduct(g, weights, v), query, axes, others);
  const joined = gate === undefined ? attending : multiply(g, attending, unary(g, 'Sigmoid', gate));
  const outer = dimensions(g, query).slice(0, -1);
  const flat = reshape(g, joined, [...outer, heads * valueSize]);
  const sizes = output.map((size) => size ?? 1);
  const last = weightsOf('output');
  const kernel = reshape(g, last.get('kernel', [heads, valueSize, ...sizes]), [
    heads * valueSize,
    outputSize,
  ]);
  const bias = hasBias ? reshape(g, last.get('bias', sizes), [outputSize]) : undefined;
  const y = dense(g, flat, kernel, bias);
  const whole = withMask(sizes.length === 1 ? y : reshape(g, y, [...outer, ...sizes]), queryMask);
  if (named.return_attention_scores !== true) return whole;
  return [whole, axes.length === 1 ? weights : apart(g, weights, query, key, axes)];
}

/** Scores with each axis that was attended over by itself. */
function apart(
  g: NodeBuilder,
  scores: SymbolicTensor,
  query: SymbolicTensor,
  key: SymbolicTensor,
  axes: readonly number[],
): SymbolicTensor {
  const sizesOf = ({ shape }: { readonly shape: Shape }) => axes.map((axis) => shape[axis] ?? 1);
  return reshape(g, scores, [...dimensions(g, scores).slice(0, -2), ...sizesOf(query), ...sizesOf(key)]);
}

const ATTENDING = { use_bias: flag(true), use_gate: flag(false), sliding_window: v.nullish(count, null) };

const MULTI_HEAD_ATTENTION = defineLayer(
  {
    num_heads: count,
    key_dim: count,
    value_dim: v.nullish(count, null),
    output_shape: v.nullish(v.union([count, v.array(count)]), null),
    attention_axes: v.nullish(v.union([integer, integers]), null),
    ...ATTENDING,
  },
  (call, config) =>
    attendWithHeads(call, {
      heads: config.num_heads,
      keyHeads: config.num_heads,
      keySize: config.key_dim,
      valueSize: config.value_dim ?? config.key_dim,
      hasBias: config.use_bias,
      hasGate: config.use_gate,
      window: config.sliding_window,
      output: [config.output_shape ?? []].flat(),
      axes: config.attention_axes === null ? null : [config.attention_axes].flat(),
    }),
  { ignores: ['dropout', 'flash_attention', 'query_shape', 'key_shape', 'value_shape'] },
);

const GROUPED_QUERY_ATTENTION = defineLayer(
  { head_dim: count, num_query_heads: count, num_key_value_heads: count, ...ATTENDING },
  (call, config) => {
    const { head_dim: size, num_query_heads: heads, num_key_value_heads: keyHeads } = config;
    if (heads % keyHeads !== 0) return `layer ${call.layer.className} with heads that do not fit each other`;
    return attendWithHeads(call, {
      heads,
      keyHeads,
      keySize: size,
      valueSize: size,
      hasBias: config.use_bias,
      hasGate: config.use_gate,
      window: config.sliding_window,
      output: [],
      axes: null,
    });
  },
  { ignores: ['dropout', 'flash_attention'] },
);

export const MULTI_HEAD_ATTENTIONS: Readonly<Record<string, LayerDefinition>> = {
  GroupedQueryAttention: GROUPED_QUERY_ATTENTION,
  MultiHeadAttention: MULTI_HEAD_ATTENTION,
};
