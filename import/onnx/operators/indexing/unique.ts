import { countUp } from '../../../builder/creation.ts';
import { cast, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { dimension, dimensions, gather, reshape } from '../../../builder/shaping.ts';
import { largest } from '../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { productOf, scalarOf } from '../shapes/sizes.ts';

/** The different elements of a tensor, sorted or in the order of their first places. */
const unique: Operator = (call) => {
  const { g, attributes, outputCount } = call;
  const x = input(call, 0);
  const axis = attributes.integer('axis');
  if (axis !== undefined && rank(x) > 1) refuse('compares slices along an axis, which is not computed');
  const flat = reshape(g, x, [productOf(g, dimensions(g, x))]);
  const [found, inverse, counts] = g.nodeWith(
    'UniqueWithCounts',
    [flat],
    [{ shape: [null] }, { shape: flat.shape, dtype: 'int32' }, { shape: [null], dtype: 'int32' }],
    { out_idx: typeValue('int32') },
  );
  if (found === undefined || inverse === undefined || counts === undefined) throw new Error('it gives three');
  const count = dimension(g, found, 0);
  const first = segmentMinimum(g, countUp(g, dimension(g, flat, 0)), inverse, scalarOf(g, count));
  if (!attributes.flag('sorted', true)) {
    const all = [
      typed(found, x.type),
      typed(first, 'INT64'),
      typed(inverse, 'INT64'),
      typed(counts, 'INT64'),
    ];
    return all.slice(0, outputCount);
  }
  const [, order] = largest(g, unary(g, 'Neg', cast(g, found, 'float32')), count);
  const sorted = (tensor: SymbolicTensor) => gather(g, tensor, order, 0);
  const places = g.node('InvertPermutation', [order], { shape: [null], dtype: 'int32' });
  const all = [
    typed(sorted(found), x.type),
    typed(sorted(first), 'INT64'),
    typed(gather(g, places, inverse, 0), 'INT64'),
    typed(sorted(counts), 'INT64'),
  ];
  return all.slice(0, outputCount);
};

function segmentMinimum(
  g: NodeBuilder,
  values: SymbolicTensor,
  segments: SymbolicTensor,
  count: SymbolicTensor,
): SymbolicTensor {
  return g.node(
    'UnsortedSegmentMin',
    [values, segments, count],
    { shape: [null], dtype: 'int32' },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
}

export const UNIQUE: OperatorTable = { Unique: unique };
