import { binary, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { concatenate, dimensions, gather, reshape, shapeTensor } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { productOf, scalarOf } from '../shapes/sizes.ts';

/** The parts of texts, [parts], and where each is: [parts, 2] of a text and its place in it. */
interface Parts {
  readonly places: SymbolicTensor;
  readonly values: SymbolicTensor;
}

/**
 * Python's str.split for each text: [...shape, longest] with empty texts after the parts of shorter ones, and how many
 * parts each has.
 */
const stringSplit: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const delimiter = attributes.text('delimiter', '');
  const most = attributes.integer('maxsplit', -1);
  const sizes = dimensions(g, x);
  const rows = productOf(g, sizes);
  const flat = rank(x) === 1 ? x : reshape(g, x, [rows]);
  const all = split(g, flat, delimiter, most);
  // TensorFlow keeps what follows the last split by white space, even if nothing does.
  const { places, values } = delimiter === '' && most >= 0 ? withoutEmpty(g, all) : all;
  const rowOf = reshape(g, gather(g, places, g.integers([0]), 1), [-1]);
  const counts = g.node(
    'UnsortedSegmentSum',
    [unary(g, 'OnesLike', rowOf), rowOf, scalarOf(g, rows)],
    { shape: flat.shape, dtype: 'int32' },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  const longest = reduce(g, 'Max', concatenate(g, [counts, g.integers([0])], 0), [0]);
  const dense = g.node(
    'SparseToDense',
    [places, shapeTensor(g, [rows, longest]), values, g.string('')],
    { shape: [flat.shape[0] ?? null, null], dtype: 'string' },
    { T: typeValue('string'), Tindices: typeValue('int32'), validate_indices: { b: false } },
  );
  const parts = rank(x) === 1 ? dense : reshape(g, dense, [...sizes, longest]);
  return [typed(parts, 'STRING'), typed(reshape(g, counts, sizes), 'INT64')];
};

/** @param x [texts] @param most how often a text is split, if it is not negative */
function split(g: NodeBuilder, x: SymbolicTensor, delimiter: string, most: number): Parts {
  const [places, values] = g.nodeWith(
    'StringSplitV2',
    [x, g.string(delimiter)],
    [{ shape: [null, 2], dtype: 'int32' }, { shape: [null] }, { shape: [2], dtype: 'int32' }],
    { maxsplit: { i: String(most) } },
  );
  if (places === undefined || values === undefined) throw new Error('it gives three');
  return { places, values };
}

function withoutEmpty(g: NodeBuilder, { places, values }: Parts): Parts {
  const isText = binary(g, 'NotEqual', values, g.string(''));
  const found = g.node('Where', [isText], { shape: [null, 1], dtype: 'int32' });
  const kept = { ...reshape(g, found, [-1]), shape: [null] };
  return { places: gather(g, places, kept, 0), values: gather(g, values, kept, 0) };
}

export const SPLITTING: OperatorTable = { StringSplit: stringSplit };
