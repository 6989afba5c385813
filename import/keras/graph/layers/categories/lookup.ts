import * as v from 'valibot';
import { add, binary, cast, multiply, select } from '../../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../../builder/node_builder.ts';
import { dimensions, reshape } from '../../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, flag, integer } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { encodeCategories, OUTPUT_MODES, outputMode } from './encoding.ts';

type Token = string | number;

const LOOKUP_MODES = [...OUTPUT_MODES, 'tf_idf'] as const;
type LookupMode = (typeof LOOKUP_MODES)[number];

/** What a lookup gives: the indices, or a number for each class. */
export const LOOKUP_MODE = outputMode(LOOKUP_MODES, 'int');

/** How much each word counts for `tf_idf`, where the configuration tells it. */
export const IDF_WEIGHTS = v.nullish(v.array(v.number()), null);

export const SALT = v.nullish(v.union([integer, v.pipe(v.array(integer), v.length(2))]), null);
type Salt = v.InferOutput<typeof SALT>;

export const VOCABULARY = v.nullish(v.array(v.union([v.string(), v.number()])), null);

export interface Lookup {
  readonly vocabulary: readonly Token[];
  readonly mask: Token | null;
  readonly unknown: Token | null;
  readonly unknownCount: number;
  readonly mode: LookupMode;
  readonly isInverted: boolean;
  /** How many classes there are, where that is not the size of the vocabulary. */
  readonly classes: number | null;
  readonly idfWeights: readonly number[] | null;
  /** Whether integers that are unknown share indices by their hash, and not by their value. */
  readonly isHashed?: boolean;
  readonly salt?: Salt;
}

/** The words of a layer, without those that stand for what is masked or unknown: from its configuration or a file. */
export function vocabularyOf(
  call: LayerCall,
  configured: readonly Token[] | null,
  isText: boolean,
): readonly Token[] | string {
  const file = ['', '_lookup_layer/', 'lookup_layer/'].map((path) => call.asset(`${path}vocabulary.txt`));
  const lines = file.find((text) => text !== undefined)?.split(/\r\n?|\n/);
  while (lines?.at(-1) === '') lines.pop();
  const words = configured ?? lines;
  if (words === undefined) return `layer ${call.layer.className} without its vocabulary`;
  return isText ? words.map(String) : words.map(Number);
}

/** The words without the special ones, what index the first of them has, and whether the list has those too. */
function numbered({ vocabulary, mask, unknown, unknownCount, mode }: Lookup) {
  const masked = mask !== null && mode === 'int' ? 1 : 0;
  const start = masked + unknownCount;
  const special = [
    ...Array<Token | null>(masked).fill(mask),
    ...Array<Token | null>(unknownCount).fill(unknown),
  ];
  const isListed = special.length > 0 && special.every((token, index) => vocabulary[index] === token);
  const tokens = isListed ? vocabulary.slice(start) : vocabulary;
  return { masked, start, tokens, isListed };
}

/** Looks indices up for words, or words for indices. */
export function lookUp(call: LayerCall, x: SymbolicTensor, lookup: Lookup): Built {
  const { g, layer } = call;
  const { masked, start, tokens, isListed } = numbered(lookup);
  const { mask, unknown, unknownCount, mode, isInverted } = lookup;
  const pairs = tokens.map((token, index): readonly [Token, number] => [token, index + start]);
  // What is masked is the first index, or none where indices are counted.
  if (mask !== null) pairs.push([mask, masked === 1 ? 0 : -1]);
  if (isInverted) {
    if (unknown === null) return `layer ${layer.className} without a word for what is unknown`;
    const words = pairs.filter(([, index]) => index >= 0);
    return found(
      g,
      cast(g, x, 'int32'),
      words.map(([token, index]) => [index, token]),
      unknown,
    );
  }
  if (unknownCount === 0) {
    return `layer ${layer.className} with num_oov_indices 0, which fails at words that it does not know; give it num_oov_indices 1`;
  }
  const keys = x.dtype === 'string' ? x : cast(g, x, 'int32');
  const indices =
    unknownCount === 1
      ? found(g, keys, pairs, masked)
      : spread(g, keys, found(g, keys, pairs, -2), masked, lookup);
  const classes = lookup.classes ?? tokens.length + start;
  if (mode === 'int') return indices;
  if (mode !== 'tf_idf') return encodeCategories(call, indices, mode, classes);
  const counts = encodeCategories(call, indices, 'count', classes);
  if (typeof counts === 'string') return counts;
  const given = lookup.idfWeights;
  if (given === null) return multiply(g, counts, call.weights.get('idf_weights', [classes]));
  // The unknown words count as much as the others do on average, and what fills up the classes counts nothing.
  const mean = given.reduce((sum, each) => sum + each, 0) / Math.max(given.length, 1);
  const all = [...Array<number>(isListed ? 0 : start).fill(mean), ...given];
  if (all.length > classes) return `layer ${layer.className} with more idf_weights than words`;
  return multiply(g, counts, g.floats([...all, ...Array<number>(classes - all.length).fill(0)]));
}

/** In which of several buckets the text of each value falls. */
export function hashed(g: NodeBuilder, x: SymbolicTensor, buckets: number, salt: Salt): SymbolicTensor {
  const words =
    x.dtype === 'string' ? x : g.node('AsString', [cast(g, x, 'int32')], { shape: x.shape, dtype: 'string' });
  const given = { shape: x.shape, dtype: 'int32' as const };
  const attributes = { num_buckets: { i: String(buckets) } };
  if (salt === null) return g.node('StringToHashBucketFast', [words], given, attributes);
  const key = { list: { i: (typeof salt === 'number' ? [salt, salt] : salt).map(String) } };
  return g.node('StringToHashBucketStrong', [words], given, { ...attributes, key });
}

/** Unknown words share several indices by what they are. */
function spread(
  g: NodeBuilder,
  keys: SymbolicTensor,
  indices: SymbolicTensor,
  first: number,
  { unknownCount, isHashed = false, salt = null }: Lookup,
): SymbolicTensor {
  const own =
    keys.dtype === 'string' || isHashed
      ? hashed(g, keys, unknownCount, salt)
      : binary(g, 'FloorMod', keys, unknownCount);
  return select(g, binary(g, 'Equal', indices, -2), add(g, own, first), indices);
}

/** The values of a table, in the shape of the keys. */
function found(
  g: NodeBuilder,
  keys: SymbolicTensor,
  pairs: readonly (readonly [key: Token, value: Token])[],
  otherwise: Token,
): SymbolicTensor {
  const constant = (builder: NodeBuilder, values: readonly Token[]) =>
    values.some((value) => typeof value === 'string')
      ? builder.strings(values.map(String))
      : builder.integers(values.map(Number));
  const {
    name,
    keys: known,
    values,
  } = g.table((builder) => ({
    keys: constant(
      builder,
      pairs.map(([key]) => key),
    ),
    values: constant(
      builder,
      pairs.map(([, value]) => value),
    ),
  }));
  const table: SymbolicTensor = { ref: name, dtype: values.dtype, shape: [] };
  const fallback = typeof otherwise === 'string' ? g.string(otherwise) : g.integers([otherwise], []);
  const list = g.node(
    'LookupTableFindV2',
    [table, keys, fallback],
    { shape: keys.shape, dtype: values.dtype },
    { Tin: typeValue(known.dtype), Tout: typeValue(values.dtype) },
  );
  return { ...reshape(g, list, dimensions(g, keys)), shape: keys.shape };
}

const LOOKUP = {
  vocabulary: VOCABULARY,
  max_tokens: v.nullish(count, null),
  num_oov_indices: v.nullish(integer, 1),
  output_mode: LOOKUP_MODE,
  idf_weights: IDF_WEIGHTS,
  oov_method: choice(['floormod', 'farmhash'], 'floormod'),
  salt: SALT,
  pad_to_max_tokens: flag(false),
  invert: flag(false),
};

const IGNORED = ['vocabulary_dtype', 'vocabulary_size', 'has_input_vocabulary', 'encoding'];

export const token = v.nullish(v.union([v.string(), v.number()]), null);

const lookupLayer = (isText: boolean, unknown: Token): LayerDefinition =>
  defineLayer(
    { ...LOOKUP, mask_token: token, oov_token: v.optional(token, unknown) },
    (call, config) => {
      const vocabulary = vocabularyOf(call, config.vocabulary, isText);
      if (typeof vocabulary === 'string') return vocabulary;
      return lookUp(call, onlyInput(call), {
        vocabulary,
        mask: config.mask_token,
        unknown: config.oov_token,
        unknownCount: config.num_oov_indices,
        mode: config.output_mode,
        isInverted: config.invert,
        classes: config.pad_to_max_tokens ? config.max_tokens : null,
        idfWeights: config.idf_weights,
        isHashed: config.oov_method === 'farmhash',
        salt: config.salt,
      });
    },
    { ignores: IGNORED, anyType: true },
  );

export const LOOKUPS: Readonly<Record<string, LayerDefinition>> = {
  IntegerLookup: lookupLayer(false, -1),
  StringLookup: lookupLayer(true, '[UNK]'),
};
