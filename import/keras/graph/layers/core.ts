import { add, binary, cast, clip, divide, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { biased, dense } from '../../../builder/products.ts';
import { reduce } from '../../../builder/reductions.ts';
import { expandDimension, gather, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf, withMask } from '../../../builder/symbolic_tensor.ts';
import { type Int8Layer, int8Layer } from '../../quantized_layer.ts';
import { count, flag, optionalNumber, parameter } from '../config_entries.ts';
import { defineLayer, type LayerCall, type LayerDefinition, onlyInput } from '../layer_definition.ts';

/** A text that names what has no known size. */
export function openSize({ layer }: LayerCall): string {
  return `layer ${layer.className} of a size that the configuration does not tell`;
}

const DENSE = defineLayer(
  { units: count, use_bias: flag(true) },
  (call, { units, use_bias: hasBias }) => {
    const { g, weights, activations } = call;
    const x = onlyInput(call);
    const size = sizeOf(x, -1);
    if (size === null || rank(x) < 2) return openSize(call);
    const kernel = weights.get('kernel', [size, units]);
    const bias = hasBias ? weights.get('bias', [units]) : undefined;
    const int8 = int8Layer(call.layer);
    const y =
      int8 === undefined
        ? dense(g, x, kernel, bias)
        : biased(g, int8Dense(g, x, kernel, weights.get('kernel_scale', [units]), int8), bias);
    return withMask(activations.activation?.(g, y) ?? y, x.mask);
  },
  { activations: ['activation'], ignores: ['input_dim'] },
);

/** A product with integers, after what the layer takes is rounded to integers too. */
function int8Dense(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  scale: SymbolicTensor,
  { inputEpsilon: epsilon }: Int8Layer,
): SymbolicTensor {
  if (epsilon === undefined) return divide(g, dense(g, x, kernel, undefined), scale);
  const most = reduce(g, 'Max', unary(g, 'Abs', x), [rank(x) - 1], true);
  const factor = divide(g, 127, add(g, most, epsilon));
  const rounded = clip(g, unary(g, 'Round', multiply(g, x, factor)), -127, 127);
  return divide(g, dense(g, rounded, kernel, undefined), multiply(g, factor, scale));
}

const EMBEDDING_ENTRIES = { input_dim: count, output_dim: count, mask_zero: flag(false) };

function embed(
  { g, weights, layer }: LayerCall,
  x: SymbolicTensor,
  config: { readonly input_dim: number; readonly output_dim: number; readonly mask_zero: boolean },
): SymbolicTensor {
  const table = weights.get('embeddings', [config.input_dim, config.output_dim]);
  const indices = cast(g, x, 'int32');
  const mask = config.mask_zero ? binary(g, 'NotEqual', indices, 0) : undefined;
  const rows = gather(g, table, indices, 0);
  if (int8Layer(layer) === undefined) return withMask(rows, mask);
  const scale = gather(g, weights.get('embeddings_scale', [config.input_dim]), indices, 0);
  return withMask(divide(g, rows, expandDimension(g, scale, -1)), mask);
}

const EMBEDDING = defineLayer(EMBEDDING_ENTRIES, (call, config) => embed(call, onlyInput(call), config), {
  ignores: ['input_length'],
  anyType: true,
});

const REVERSIBLE_EMBEDDING = defineLayer(
  { ...EMBEDDING_ENTRIES, tie_weights: flag(true), logit_soft_cap: optionalNumber },
  (call, config) => {
    const { g, weights, named } = call;
    const x = onlyInput(call);
    const { input_dim: words, output_dim: size, tie_weights: tied, logit_soft_cap: cap } = config;
    const table = weights.get('embeddings', [words, size]);
    const separate = tied ? undefined : weights.get('reverse_embeddings', [size, words]);
    if (named.reverse !== true) return embed(call, x, config);
    const logits = dense(g, cast(g, x, 'float32'), separate ?? transpose(g, table, [1, 0]), undefined);
    return cap === null ? logits : multiply(g, unary(g, 'Tanh', divide(g, logits, cap)), cap);
  },
  { ignores: ['input_length', 'reverse_dtype'], anyType: true },
);

const MASKING = defineLayer({ mask_value: parameter(0) }, (call, { mask_value: value }) => {
  const { g } = call;
  const x = onlyInput(call);
  const isOther = reduce(g, 'Any', binary(g, 'NotEqual', x, value), [rank(x) - 1], true);
  const mask = reduce(g, 'Any', binary(g, 'NotEqual', x, value), [rank(x) - 1]);
  return withMask(multiply(g, x, cast(g, isOther, 'float32')), mask);
});

const ACTIVATION = defineLayer(
  {},
  (call) => {
    const x = onlyInput(call);
    return withMask(call.activations.activation?.(call.g, x) ?? x, x.mask);
  },
  { activations: ['activation'] },
);

export const CORE: Readonly<Record<string, LayerDefinition>> = {
  Activation: ACTIVATION,
  Dense: DENSE,
  Embedding: EMBEDDING,
  Masking: MASKING,
  ReversibleEmbedding: REVERSIBLE_EMBEDDING,
};
