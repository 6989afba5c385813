import * as v from 'valibot';
import { fill } from '../../../../builder/creation.ts';
import { integersValue, type NodeBuilder, textValue, typeValue } from '../../../../builder/node_builder.ts';
import { concatenate, dimension, expandDimension, squeeze, unstack } from '../../../../builder/shaping.ts';
import { runningSum } from '../../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { count, flag } from '../../config_entries.ts';
import { type Built, defineLayer, type LayerDefinition, onlyInput } from '../../layer_definition.ts';
import { IDF_WEIGHTS, LOOKUP_MODE, lookUp, VOCABULARY, vocabularyOf } from './lookup.ts';

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

/** What stands between the characters of a text while it is split: private characters that no text has. */
const BETWEEN = '\u{f5e9a}\u{f5e9b}';

/** A text whose characters have something between them. */
function apart(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  const replaced = (text: SymbolicTensor, pattern: string, rewrite: string) =>
    g.node(
      'StaticRegexReplace',
      [text],
      { shape: text.shape },
      { pattern: textValue(pattern), rewrite: textValue(rewrite), replace_global: { b: true } },
    );
  return replaced(replaced(x, '(?s)(.)', `\\1${BETWEEN}`), `${BETWEEN}$`, '');
}

/** Lists of strings of several lengths: all elements, and where each list begins and ends among them. */
interface Lists {
  readonly values: SymbolicTensor;
  readonly splits: SymbolicTensor;
}

/** The words or characters of [batch] texts. */
function pieces(g: NodeBuilder, x: SymbolicTensor, kind: 'whitespace' | 'character'): Lists {
  const isWord = kind === 'whitespace';
  const [indices, values, shape] = g.nodeWith(
    'StringSplitV2',
    [isWord ? x : apart(g, x), g.string(isWord ? '' : BETWEEN)],
    [{ shape: [null, 2], dtype: 'int32' }, { shape: [null] }, { shape: [2], dtype: 'int32' }],
    { maxsplit: { i: '-1' } },
  );
  if (indices === undefined || values === undefined || shape === undefined) throw new Error('it gives three');
  const [rows] = unstack(g, shape, 0, 2);
  const [row] = unstack(g, indices, 1, 2);
  if (rows === undefined || row === undefined) throw new Error('a shape of two sizes');
  const one = fill(g, [dimension(g, row, 0)], 1, 'int32');
  const counts = g.node(
    'UnsortedSegmentSum',
    [one, row, rows],
    { shape: [null] },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  return { values, splits: concatenate(g, [g.integers([0]), runningSum(g, counts, 0)], 0) };
}

/** As many words next to each other as each of the widths says, with spaces between them. */
function nGrams(g: NodeBuilder, { values, splits }: Lists, widths: readonly number[]): Lists {
  const [grams, ends] = g.nodeWith(
    'StringNGrams',
    [values, splits],
    [{ shape: [null] }, { shape: [null], dtype: 'int32' }],
    {
      separator: textValue(' '),
      ngram_widths: integersValue(widths),
      left_pad: textValue(''),
      right_pad: textValue(''),
      pad_width: { i: '0' },
      preserve_short_sequences: { b: false },
      Tsplits: typeValue('int32'),
    },
  );
  if (grams === undefined || ends === undefined) throw new Error('it gives two');
  return { values: grams, splits: ends };
}

/** [batch, length], or as long as the longest list, with empty strings where a list ends. */
function table(g: NodeBuilder, { values, splits }: Lists, batch: number | null, length: number | null) {
  return g.node(
    'RaggedTensorToTensor',
    [g.integers([-1, length ?? -1]), values, g.string(''), splits],
    { shape: [batch, length], dtype: 'string' },
    {
      T: typeValue('string'),
      Tindex: typeValue('int32'),
      Tshape: typeValue('int32'),
      num_row_partition_tensors: { i: '1' },
      row_partition_types: { list: { s: [Buffer.from('ROW_SPLITS').toString('base64')] } },
    },
  );
}

/** An n-gram has no more words than this. */
const MOST_WORDS = 64;

const width = v.pipe(count, v.maxValue(MOST_WORDS, 'is too large'));

const TEXT_VECTORIZATION = defineLayer(
  {
    standardize: v.nullish(v.picklist(STANDARDS, 'is not computed here'), null),
    split: v.nullish(v.picklist(['whitespace', 'character'], 'is not computed here'), null),
    ngrams: v.nullish(v.union([width, v.array(width)], 'is not a number of words'), null),
    output_mode: LOOKUP_MODE,
    idf_weights: IDF_WEIGHTS,
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
    const given = config.ngrams;
    const widths = typeof given === 'number' ? Array.from({ length: given }, (_, index) => index + 1) : given;
    const text = standardized(g, input, config.standardize);
    let tokens = text;
    if (config.split !== null) {
      if (rank(text) > 2 || (rank(text) === 2 && text.shape[1] !== 1)) {
        return `layer ${layer.className} of several texts in one`;
      }
      const lists = pieces(g, rank(text) === 2 ? squeeze(g, text, [1]) : text, config.split);
      tokens = table(g, widths === null ? lists : nGrams(g, lists, widths), text.shape[0] ?? null, length);
    } else if (widths !== null) {
      return `layer ${layer.className} with ngrams of what is not split`;
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
      idfWeights: config.idf_weights,
    });
  },
  { ignores: ['vocabulary_size', 'encoding', 'has_input_vocabulary'], anyType: true },
);

export const TEXT: Readonly<Record<string, LayerDefinition>> = { TextVectorization: TEXT_VECTORIZATION };
