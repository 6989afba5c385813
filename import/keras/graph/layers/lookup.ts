import * as v from 'valibot';
import { choice, count, flag, integer } from '../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../layer_definition.ts';
import { add, binary, cast, select } from '../nodes/elementwise.ts';
import { type NodeBuilder, typeValue } from '../nodes/node_builder.ts';
import { dimensions, reshape } from '../nodes/shaping.ts';
import type { SymbolicTensor } from '../nodes/symbolic_tensor.ts';
import { encodeCategories, OUTPUT_MODES } from './encoding.ts';

type Token = string | number;

export const VOCABULARY = v.nullish(v.array(v.union([v.string(), v.number()])), null);

export interface Lookup {
  readonly vocabulary: readonly Token[];
  readonly mask: Token | null;
  readonly unknown: Token | null;
  readonly unknownCount: number;
  readonly mode: (typeof OUTPUT_MODES)[number];
  readonly isInverted: boolean;
  /** How many classes there are, where that is not the size of the vocabulary. */
  readonly classes: number | null;
}

/** The words of a layer, without those that stand for what is masked or unknown: from its configuration or a file. */
export function vocabularyOf(
  call: LayerCall,
  configured: readonly Token[] | null,
  isText: boolean,
): readonly Token[] | string {
  const file = ['', '_lookup_layer/', 'lookup_layer/'].map((path) => call.asset(`${path}vocabulary.txt`));
  const lines = file.find((text) => text !== undefined)?.split('\n');
  const words = configured ?? lines;
  if (words === undefined) return `layer ${call.layer.className} without its vocabulary`;
  return isText ? words.map(String) : words.map(Number);
}

/** Index and word of each token: the masked one first, then the unknown ones, then the others. */
function numbered({ vocabulary, mask, unknown, unknownCount, mode }: Lookup) {
  const masked = mask !== null && mode === 'int' ? 1 : 0;
  const start = masked + unknownCount;
  const special = [
    ...Array<Token | null>(masked).fill(mask),
    ...Array<Token | null>(unknownCount).fill(unknown),
  ];
  const isListed = special.length > 0 && special.every((token, index) => vocabulary[index] === token);
  const tokens = isListed ? vocabulary.slice(start) : vocabulary;
  return { masked, start, tokens };
}

/** Looks indices up for words, or words for indices. */
export function lookUp(call: LayerCall, x: SymbolicTensor, lookup: Lookup): Built {
  const { g, layer } = call;
  const { masked, start, tokens } = numbered(lookup);
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
    return `layer ${layer.className} with num_oov_indices 0, which fails at words that it does not know`;
  }
  const keys = x.dtype === 'string' ? x : cast(g, x, 'int32');
  const indices =
    unknownCount === 1
      ? found(g, keys, pairs, masked)
      : spread(g, keys, found(g, keys, pairs, -2), masked, unknownCount);
  return mode === 'int'
    ? indices
    : encodeCategories(call, indices, mode, lookup.classes ?? tokens.length + start);
}

/** Unknown words share several indices by what they are. */
function spread(
  g: NodeBuilder,
  keys: SymbolicTensor,
  indices: SymbolicTensor,
  first: number,
  count: number,
): SymbolicTensor {
  const own =
    keys.dtype === 'string'
      ? g.node(
          'StringToHashBucketFast',
          [keys],
          { shape: keys.shape, dtype: 'int32' },
          { num_buckets: { i: String(count) } },
        )
      : binary(g, 'FloorMod', keys, count);
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
  output_mode: choice(OUTPUT_MODES, 'int'),
  pad_to_max_tokens: flag(false),
  invert: flag(false),
};

const IGNORED = ['vocabulary_dtype', 'vocabulary_size', 'has_input_vocabulary', 'oov_method', 'encoding'];

const token = v.nullish(v.union([v.string(), v.number()]), null);

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
      });
    },
    { ignores: IGNORED, anyType: true },
  );

const HASHING = defineLayer(
  {
    num_bins: count,
    mask_value: token,
    salt: v.nullish(v.union([integer, v.pipe(v.array(integer), v.length(2))]), null),
    output_mode: choice(OUTPUT_MODES, 'int'),
  },
  (call, { num_bins: bins, mask_value: mask, salt, output_mode: mode }) => {
    const { g } = call;
    const x = onlyInput(call);
    const isMasked = mask !== null && bins > 1;
    const buckets = { num_buckets: { i: String(isMasked ? bins - 1 : bins) } };
    const words =
      x.dtype === 'string'
        ? x
        : g.node('AsString', [cast(g, x, 'int32')], { shape: x.shape, dtype: 'string' });
    const given = { shape: x.shape, dtype: 'int32' as const };
    const key = typeof salt === 'number' ? [salt, salt] : salt;
    const hash =
      key === null
        ? g.node('StringToHashBucketFast', [words], given, buckets)
        : g.node('StringToHashBucketStrong', [words], given, {
            ...buckets,
            key: { list: { i: key.map(String) } },
          });
    let indices = hash;
    if (isMasked) {
      const value = typeof mask === 'string' ? g.string(mask) : g.scalar(mask, x.dtype);
      const isMask = g.node('Equal', [x, value], { shape: x.shape, dtype: 'bool' });
      indices = select(g, isMask, 0, add(g, hash, 1));
    }
    return mode === 'int' ? indices : encodeCategories(call, indices, mode, bins);
  },
  { anyType: true },
);

export const LOOKUPS: Readonly<Record<string, LayerDefinition>> = {
  Hashing: HASHING,
  IntegerLookup: lookupLayer(false, -1),
  StringLookup: lookupLayer(true, '[UNK]'),
};
