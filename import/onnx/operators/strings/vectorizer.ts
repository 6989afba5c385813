import { countUp, fill } from '../../../builder/creation.ts';
import { add, binary, cast, multiply, select } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import {
  concatenate,
  crop,
  type Dimension,
  dimensions,
  expandDimension,
  gather,
  reshape,
  slice,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { productOf, scalarOf } from '../shapes/sizes.ts';
import { lookUp } from './lookup.ts';

/** The n-grams of a vocabulary as a tree: a step from a node by a word leads to the next node. */
interface Vocabulary {
  readonly words: readonly (number | string)[];
  /** From node and word to node, as `node * words + word`. */
  readonly steps: ReadonlyMap<number, number>;
  /** The column of each node's n-gram; -1 where none ends. */
  readonly columns: readonly number[];
  readonly width: number;
}

const MOST_COLUMNS = 2 ** 20;

interface Lengths {
  readonly least: number;
  readonly most: number;
}

/** Counts the n-grams of a vocabulary in each row, also those whose words are apart: [rows, columns]. */
const tfIdfVectorizer: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  if (rank(x) < 1 || rank(x) > 2)
    refuse(`takes a tensor of ${rank(x)} dimensions, which is neither a row nor rows`);
  const lengths: Lengths = {
    least: attributes.integer('min_gram_length', 1),
    most: attributes.integer('max_gram_length', 1),
  };
  const apart = attributes.integer('max_skip_count', 0);
  const vocabulary = readVocabulary(call, lengths);
  const weights = attributes.floats('weights');
  const mode = attributes.choice('mode', ['TF', 'IDF', 'TFIDF'], 'TF');
  const rows = rank(x) === 1 ? expandDimension(g, x, 0) : x;
  const words = wordNumbers(g, rows, vocabulary.words);
  const found: SymbolicTensor[] = [];
  for (let distance = 1; distance <= apart + 1; distance++) {
    // Single words are counted once.
    const least = distance === 1 ? lengths.least : Math.max(lengths.least, 2);
    found.push(...columnsOf(g, words, vocabulary, { ...lengths, least }, distance));
  }
  const counts = countColumns(g, found, dimensions(g, rows)[0] ?? 1, vocabulary.width);
  const scores =
    mode === 'TF'
      ? counts
      : weighted(g, mode === 'IDF' ? cast(g, binary(g, 'Greater', counts, 0), 'float32') : counts, weights);
  return typed(rank(x) === 1 ? reshape(g, scores, [vocabulary.width]) : scores, 'FLOAT');
};

function weighted(
  g: NodeBuilder,
  scores: SymbolicTensor,
  weights: readonly number[] | undefined,
): SymbolicTensor {
  return weights === undefined || weights.length === 0 ? scores : multiply(g, scores, g.floats(weights));
}

function readVocabulary({ attributes }: OperatorCall, { least, most }: Lengths): Vocabulary {
  const [texts, integers] = [attributes.texts('pool_strings'), attributes.integers('pool_int64s')];
  const pool: readonly (number | string)[] = texts ?? integers ?? refuseMalformed('has no pool of n-grams');
  const starts = attributes.integers('ngram_counts') ?? refuseMalformed('has no ngram_counts');
  const columns = attributes.integers('ngram_indexes') ?? refuseMalformed('has no ngram_indexes');
  const numbers = new Map<number | string, number>();
  for (const word of pool) if (!numbers.has(word)) numbers.set(word, numbers.size);
  const steps = new Map<number, number>();
  const ends = [-1];
  let gram = 0;
  for (const [index, start] of starts.entries()) {
    const length = index + 1;
    const end = starts[index + 1] ?? pool.length;
    if (start < 0 || end < start || end > pool.length)
      refuseMalformed('has ngram_counts that do not fit its pool');
    for (let from = start; from + length <= end; from += length, gram++) {
      if (length < least || length > most) continue;
      let node = 0;
      for (const word of pool.slice(from, from + length)) {
        const step = node * numbers.size + (numbers.get(word) ?? 0);
        node = steps.get(step) ?? ends.push(-1) - 1;
        steps.set(step, node);
      }
      ends[node] = columns[gram] ?? refuseMalformed('has fewer ngram_indexes than n-grams');
    }
  }
  if (ends.length * numbers.size >= 2 ** 31)
    refuse(`has ${gram} n-grams of ${numbers.size} words, which are too many`);
  const width = columns.reduce((most, column) => Math.max(most, column + 1), 0);
  if (width > MOST_COLUMNS) refuse(`counts into ${width} columns, which are too many`);
  return { words: [...numbers.keys()], steps, columns: ends, width };
}

/** The number of each word; -1 for one that the vocabulary does not have. */
function wordNumbers(g: NodeBuilder, x: SymbolicTensor, words: readonly (number | string)[]): SymbolicTensor {
  const texts = words.filter((word) => typeof word === 'string');
  const integers = words.filter((word) => typeof word === 'number');
  const keys = x.dtype === 'string' ? g.strings(texts) : g.integers(integers);
  return lookUp(g, keys, countUp(g, keys.shape[0] ?? 0), x, g.integers([-1], []));
}

/** The columns of the n-grams that begin at each place, one tensor for each length: [rows, places]. -1 where none is. */
function columnsOf(
  g: NodeBuilder,
  words: SymbolicTensor,
  { words: known, steps, columns }: Vocabulary,
  { least, most }: Lengths,
  distance: number,
): SymbolicTensor[] {
  const found: SymbolicTensor[] = [];
  const [keys, values] = [g.integers([...steps.keys()]), g.integers([...steps.values()])];
  let nodes: SymbolicTensor = multiply(g, words, 0);
  for (let length = 1; length <= most; length++) {
    const places = words.shape[1];
    if (typeof places === 'number' && places <= (length - 1) * distance) break;
    const next = crop(g, words, 1, [(length - 1) * distance, 0]);
    const before = length === 1 ? nodes : crop(g, nodes, 1, [0, distance]);
    const step = add(g, multiply(g, before, known.length), next);
    const isPossible = binary(g, 'GreaterEqual', binary(g, 'Minimum', before, next), 0);
    nodes = lookUp(g, keys, values, select(g, isPossible, step, -1), g.integers([-1], []));
    // Behind the columns of all nodes stands that of none.
    const at = select(g, binary(g, 'Less', nodes, 0), columns.length, nodes);
    if (length >= least) found.push(gather(g, g.integers([...columns, -1]), at, 0));
  }
  return found;
}

/** How often each column is found in each row, [rows, width] of floats. */
function countColumns(
  g: NodeBuilder,
  found: readonly SymbolicTensor[],
  rows: Dimension,
  width: number,
): SymbolicTensor {
  const [first] = found;
  if (first === undefined) return fill(g, [rows, width], 0);
  const all = concatenate(g, found, 1);
  const own = select(g, binary(g, 'Less', all, 0), width, all);
  const segments = add(g, own, multiply(g, expandDimension(g, countUp(g, rows), 1), width + 1));
  const flat = reshape(g, segments, [productOf(g, dimensions(g, segments))]);
  const count = productOf(g, [rows, width + 1]);
  const sums = g.node(
    'UnsortedSegmentSum',
    [cast(g, binary(g, 'GreaterEqual', flat, 0), 'float32'), flat, scalarOf(g, count)],
    { shape: [typeof count === 'number' ? count : null], dtype: 'float32' },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  return slice(g, reshape(g, sums, [rows, width + 1]), 1, 0, width);
}

export const VECTORIZER: OperatorTable = { TfIdfVectorizer: tfIdfVectorizer };
