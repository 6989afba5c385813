import { typeValue } from '../../../builder/node_builder.ts';
import { shapeTensor } from '../../../builder/shaping.ts';
import { rank, type Shape } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat, tableOf } from '../../conversion/entries.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { followed } from '../../tensors/followed.ts';
import { numbersOf, type TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';

/** What is known of a shape that is an input. */
function shapeOf(target: TfliteTensor): Shape {
  const length = target.shape[0];
  const sizes =
    followed(target) ??
    (typeof length === 'number' ? Array.from({ length }, () => undefined) : undefined) ??
    refuse('has a shape of a length that the request decides');
  return sizes.map((size) => (typeof size === 'number' ? size : null));
}

/** Updates at places of a tensor of zeros; those of one place are added. */
const scatterPlaces: Operator = (call) => {
  const { g } = call;
  const [places, updates, target] = [input(call, 0), input(call, 1), input(call, 2)];
  const sizes = followed(target);
  return g.node(
    'ScatterNd',
    [places, updates, sizes === undefined ? target : shapeTensor(g, sizes)],
    { shape: shapeOf(target), dtype: updates.dtype },
    { T: typeValue(updates.dtype), Tindices: typeValue('int32') },
  );
};

/** Values at places of a tensor that has one value elsewhere. */
const sparseToDense: Operator = (call) => {
  const { g } = call;
  const [places, target] = [input(call, 0), input(call, 1)];
  const [values, absent] = [input(call, 2), input(call, 3)];
  const sizes = followed(target);
  return g.node(
    'SparseToDense',
    [places, sizes === undefined ? target : shapeTensor(g, sizes), values, onlyElement(g, absent)],
    { shape: shapeOf(target), dtype: values.dtype },
    {
      T: typeValue(values.dtype),
      Tindices: typeValue('int32'),
      validate_indices: { b: call.options.read('SparseToDenseOptions').validate_indices },
    },
  );
};

const segmentSum: Operator = (call) => {
  const { g } = call;
  const [x, segments] = [input(call, 0), input(call, 1)];
  const last = numbersOf(segments)?.at(-1);
  return g.node(
    'SegmentSum',
    [x, segments],
    { shape: [last === undefined ? null : last + 1, ...x.shape.slice(1)] },
    { Tindices: typeValue('int32') },
  );
};

const UNSORTED = {
  UNSORTED_SEGMENT_MAX: 'UnsortedSegmentMax',
  UNSORTED_SEGMENT_MIN: 'UnsortedSegmentMin',
  UNSORTED_SEGMENT_PROD: 'UnsortedSegmentProd',
  UNSORTED_SEGMENT_SUM: 'UnsortedSegmentSum',
} as const;

const unsortedSegments =
  (op: string): Operator =>
  (call) => {
    const { g } = call;
    const [x, segments, count] = [input(call, 0), input(call, 1), input(call, 2)];
    return g.node(
      op,
      [x, segments, onlyElement(g, count)],
      { shape: [numbersOf(count)?.[0] ?? null, ...x.shape.slice(rank(segments))] },
      { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
    );
  };

export const SCATTERING: OperatorTable = {
  ...tableOf(UNSORTED, (op) => inFloat(unsortedSegments(op))),
  SCATTER_ND: asCodes(scatterPlaces),
  SEGMENT_SUM: inFloat(segmentSum),
  SPARSE_TO_DENSE: asCodes(sparseToDense),
};
