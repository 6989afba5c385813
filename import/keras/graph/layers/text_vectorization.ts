import * as v from 'valibot';
import { choice, count, flag } from '../config_entries.ts';
import { type Built, defineLayer, type LayerDefinition, onlyInput } from '../layer_definition.ts';
import { maximum } from '../nodes/elementwise.ts';
import { type NodeBuilder, textValue, typeValue } from '../nodes/node_builder.ts';
import { expandDimension, slice, squeeze, stack, unstack } from '../nodes/shaping.ts';
import { rank, type SymbolicTensor } from '../nodes/symbolic_tensor.ts';
import { OUTPUT_MODES } from './encoding.ts';
import { lookUp, VOCABULARY, vocabularyOf } from './lookup.ts';

/** What Keras takes out as punctuation. */
const PUNCTUATION = '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']';

const STANDARDS = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const;

function standardized(
  g: NodeBuilder,
  x: SymbolicTensor,
  standard: (typeof STANDARDS)[number] | null,
): SymbolicTensor {
  const isLower = standard === 'lower' || standard === 'lower_and_strip_punctuation';
  const small = isLower ? g.node('StringLower', [x], { shape: x.shape }, { encoding: textValue('') }) : x;
  if (standard === null || standard === 'lower') return small;
  const attributes = { pattern: textValue(PUNCTUATION), rewrite: textValue(''), replace_global: { b: true } };
  return g.node('StaticRegexReplace', [small], { shape: x.shape }, attributes);
}

/** The words of [batch] texts, [batch, words], with an empty one where a text has fewer than another. */
function words(g: NodeBuilder, x: SymbolicTensor, least: number): SymbolicTensor {
  const [batch] = x.shape;
  const [indices, values, shape] = g.nodeWith(
    'StringSplitV2',
    [x, g.string('')],
    [{ shape: [null, 2], dtype: 'int32' }, { shape: [null] }, { shape: [2], dtype: 'int32' }],
    { maxsplit: { i: '-1' } },
  );
  if (indices === undefined || values === undefined || shape === undefined) throw new Error('it gives three');
  const [rows, longest] = unstack(g, shape, 0, 2);
  if (rows === undefined || longest === undefined) throw new Error('a shape of two sizes');
  const target = stack(g, [rows, least > 0 ? maximum(g, longest, least) : longest], 0);
  return g.node(
    'SparseToDense',
    [indices, target, values, g.string('')],
    { shape: [batch ?? null, null], dtype: 'string' },
    { T: typeValue('string'), Tindices: typeValue('int32'), validate_indices: { b: true } },
  );
}

const TEXT_VECTORIZATION = defineLayer(
  {
    standardize: v.nullish(v.picklist(STANDARDS, 'is not computed here'), null),
    split: v.nullish(v.picklist(['whitespace'], 'is not computed here'), null),
    output_mode: choice(OUTPUT_MODES, 'int'),
    output_sequence_length: v.nullish(count, null),
    max_tokens: v.nullish(count, null),
    pad_to_max_tokens: flag(false),
    vocabulary: VOCABULARY,
  },
  (call, config): Built => {
    const { g, layer } = call;
    const input = onlyInput(call);
    if (input.dtype !== 'string') return `layer ${layer.className} of what is no text`;
    const length = config.output_mode === 'int' ? config.output_sequence_length : null;
    const text = standardized(g, input, config.standardize);
    let tokens = text;
    if (config.split !== null) {
      if (rank(text) > 2 || (rank(text) === 2 && text.shape[1] !== 1)) {
        return `layer ${layer.className} of several texts in one`;
      }
      tokens = words(g, rank(text) === 2 ? squeeze(g, text, [1]) : text, length ?? 0);
      if (length !== null) tokens = slice(g, tokens, 1, 0, length);
    } else if (rank(text) === 1) tokens = expandDimension(g, text, 1);
    const vocabulary = vocabularyOf(call, config.vocabulary, true);
    if (typeof vocabulary === 'string') return vocabulary;
    return lookUp(call, tokens, {
      vocabulary,
      mask: '',
      unknown: '[UNK]',
      unknownCount: 1,
      mode: config.output_mode,
      isInverted: false,
      classes: config.pad_to_max_tokens ? config.max_tokens : null,
    });
  },
  { ignores: ['vocabulary_size', 'encoding', 'has_input_vocabulary'], anyType: true },
);

export const TEXT: Readonly<Record<string, LayerDefinition>> = { TextVectorization: TEXT_VECTORIZATION };
