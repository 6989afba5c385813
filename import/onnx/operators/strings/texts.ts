import { binary, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, textValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { concatenate, dimension, expandDimension, gather, reshape } from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { scalarOf } from '../shapes/sizes.ts';

const stringConcat: Operator = (call) =>
  typed(binary(call.g, 'AddV2', input(call, 0), input(call, 1)), 'STRING');

const regexFullMatch: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const pattern = attributes.text('pattern') ?? refuseMalformed('has no pattern');
  const isMatch = g.node(
    'StaticRegexFullMatch',
    [x],
    { shape: x.shape, dtype: 'bool' },
    { pattern: textValue(pattern) },
  );
  return typed(isMatch, 'BOOL');
};

const CASES = { LOWER: 'StringLower', UPPER: 'StringUpper' } as const;

const inCase = (g: NodeBuilder, x: SymbolicTensor, change: keyof typeof CASES): SymbolicTensor =>
  g.node(CASES[change], [x], { shape: x.shape }, { encoding: textValue('utf-8') });

/** Changes the case of words; those that stop words name are left out. */
const stringNormalizer: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  attributes.ignore('locale');
  const change = attributes.choice('case_change_action', ['NONE', 'LOWER', 'UPPER'], 'NONE');
  const isSensitive = attributes.flag('is_case_sensitive');
  const stops = attributes.texts('stopwords') ?? [];
  const changed = change === 'NONE' ? x : inCase(g, x, change);
  if (stops.length === 0) return typed(changed, 'STRING');
  if (rank(x) > 2 || (rank(x) === 2 && x.shape[0] !== 1)) {
    refuse(`leaves out words of a tensor of shape [${x.shape}], which is neither [words] nor [1, words]`);
  }
  const list = (words: SymbolicTensor) =>
    rank(words) === 1 ? words : reshape(g, words, [dimension(g, words, 1)]);
  const compared = list(isSensitive ? x : inCase(g, x, 'LOWER'));
  const kept = withoutStops(
    g,
    list(changed),
    compared,
    isSensitive ? stops : stops.map((word) => word.toLowerCase()),
  );
  return typed(rank(x) === 1 ? kept : expandDimension(g, kept, 0), 'STRING');
};

/** The words that are compared with no stop word; one empty word if nothing is left. All are [words]. */
function withoutStops(
  g: NodeBuilder,
  words: SymbolicTensor,
  compared: SymbolicTensor,
  stops: readonly string[],
): SymbolicTensor {
  const isEach = binary(g, 'Equal', expandDimension(g, compared, 1), g.strings([...new Set(stops)]));
  const isKept = unary(g, 'LogicalNot', reduce(g, 'Any', isEach, [1]));
  const places = g.node('Where', [isKept], { shape: [null, 1], dtype: 'int32' });
  const flat = { ...reshape(g, places, [-1]), shape: [null] };
  const kept = gather(g, words, flat, 0);
  const count = binary(g, 'Maximum', scalarOf(g, dimension(g, kept, 0)), 1);
  const padded = concatenate(g, [kept, g.strings([''])], 0);
  const end = reshape(g, count, [1]);
  return stridedSlice(g, padded, { begin: [0], end, steps: [1] }, [null]);
}

export const TEXTS: OperatorTable = {
  RegexFullMatch: regexFullMatch,
  StringConcat: stringConcat,
  StringNormalizer: stringNormalizer,
};
