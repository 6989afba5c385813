import { add, cast, multiply, unary } from '../../../../builder/elementwise.ts';
import { batchProduct } from '../../../../builder/products.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { expandDimension } from '../../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf, withMask } from '../../../../builder/symbolic_tensor.ts';
import { choice, flag } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { and, causalMask, maskedSoftmax } from './attending.ts';

/** What is attended with, to and by, and which steps of them count. */
export interface Attended {
  readonly query: SymbolicTensor;
  readonly value: SymbolicTensor;
  readonly key: SymbolicTensor;
  readonly queryMask: SymbolicTensor | undefined;
  readonly valueMask: SymbolicTensor | undefined;
}

/** @returns a text that says why, if the tensors cannot attend to each other */
export function attended(call: LayerCall): Attended | string {
  const [first, second, third] = call.inputs;
  const query = first ?? namedTensor(call, 'query');
  const value = second ?? namedTensor(call, 'value');
  if (query === undefined || value === undefined)
    return `layer ${call.layer.className} of less than two tensors`;
  const key = third ?? namedTensor(call, 'key') ?? value;
  if (rank(query) < 3 || [value, key].some((each) => rank(each) !== rank(query))) {
    return `layer ${call.layer.className} of tensors that are no sequences of vectors`;
  }
  return { query, value, key, queryMask: query.mask, valueMask: value.mask };
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
  if (rank(query) !== 3) return `layer ${call.layer.className} of tensors of ${rank(query)} dimensions`;
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

export const ATTENTIONS: Readonly<Record<string, LayerDefinition>> = {
  AdditiveAttention: ADDITIVE_ATTENTION,
  Attention: ATTENTION,
};
