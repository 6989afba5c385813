import { flag, int8, int32 } from '../../../../fixtures/models/flatbuffer.ts';
import { codes, constant, floats, integers, type OperatorCase, truths } from './operator_case.ts';

const table = floats([3, 2], [1, 2, 3, 4, 5, 6]);
const eighths = codes(0.125, -3);

const reduction = (op: string, keeps: boolean, values: readonly number[]): OperatorCase => ({
  op,
  about: keeps ? 'that keeps the dimension' : '',
  options: ['ReducerOptions', [flag(keeps)]],
  inputs: [table, constant(integers([1], [-1]))],
  outputs: [floats(keeps ? [3, 1] : [3], values)],
});

const segments = (op: string, values: readonly number[]): OperatorCase => ({
  op,
  inputs: [table, integers([3], [1, 0, 1]), constant(integers([], [2]))],
  outputs: [floats([2, 2], values)],
});

export const INDEXING_CASES: readonly OperatorCase[] = [
  {
    op: 'GATHER',
    options: ['GatherOptions', [int32(0), int32(0)]],
    inputs: [table, integers([2], [2, 0])],
    outputs: [floats([2, 2], [5, 6, 1, 2])],
  },
  {
    op: 'GATHER',
    about: 'along the last axis',
    options: ['GatherOptions', [int32(-1), int32(0)]],
    inputs: [table, integers([], [1])],
    outputs: [floats([3], [2, 4, 6])],
  },
  {
    op: 'GATHER',
    about: 'within batches',
    options: ['GatherOptions', [int32(1), int32(1)]],
    inputs: [table, integers([3, 1], [1, 0, 1])],
    outputs: [floats([3, 1], [2, 3, 6])],
  },
  {
    op: 'GATHER',
    about: 'of integers',
    options: ['GatherOptions', [int32(0), int32(0)]],
    inputs: [constant(eighths([3], [1, 2, 3])), integers([2], [2, 0])],
    outputs: [eighths([2], [3, 1])],
  },
  { op: 'GATHER_ND', inputs: [table, integers([2, 2], [0, 1, 2, 0])], outputs: [floats([2], [2, 5])] },
  {
    op: 'EMBEDDING_LOOKUP',
    inputs: [integers([2], [1, 1]), constant(table)],
    outputs: [floats([2, 2], [3, 4, 3, 4])],
  },
  { op: 'WHERE', inputs: [truths([2, 2], [0, 1, 1, 0])], outputs: [integers([2, 2], [0, 1, 1, 0])] },
  {
    op: 'UNIQUE',
    options: ['UniqueOptions', [int8(2)]],
    inputs: [floats([5], [3, 1, 3, 2, 1])],
    outputs: [floats([3], [3, 1, 2]), integers([5], [0, 1, 0, 2, 1])],
  },
  {
    op: 'SCATTER_ND',
    inputs: [integers([3, 1], [1, 3, 1]), floats([3], [5, 6, 7]), constant(integers([1], [4]))],
    outputs: [floats([4], [0, 12, 0, 6])],
  },
  {
    op: 'SPARSE_TO_DENSE',
    options: ['SparseToDenseOptions', [flag(false)]],
    inputs: [
      integers([2, 2], [0, 1, 1, 0]),
      constant(integers([2], [2, 2])),
      floats([2], [5, 6]),
      constant(floats([], [-1])),
    ],
    outputs: [floats([2, 2], [-1, 5, 6, -1])],
  },
  {
    op: 'SEGMENT_SUM',
    inputs: [table, constant(integers([3], [0, 0, 1]))],
    outputs: [floats([2, 2], [4, 6, 5, 6])],
  },
  segments('UNSORTED_SEGMENT_SUM', [3, 4, 6, 8]),
  segments('UNSORTED_SEGMENT_PROD', [3, 4, 5, 12]),
  segments('UNSORTED_SEGMENT_MAX', [3, 4, 5, 6]),
  segments('UNSORTED_SEGMENT_MIN', [3, 4, 1, 2]),
  {
    op: 'DYNAMIC_UPDATE_SLICE',
    inputs: [table, floats([1, 2], [8, 9]), integers([2], [1, 0])],
    outputs: [floats([3, 2], [1, 2, 8, 9, 5, 6])],
  },
  {
    op: 'DYNAMIC_UPDATE_SLICE',
    about: 'that is moved into the tensor',
    inputs: [table, floats([2, 1], [8, 9]), integers([2], [2, 5])],
    outputs: [floats([3, 2], [1, 2, 3, 8, 5, 9])],
  },
  reduction('MEAN', false, [1.5, 3.5, 5.5]),
  reduction('SUM', true, [3, 7, 11]),
  reduction('REDUCE_MAX', false, [2, 4, 6]),
  reduction('REDUCE_MIN', true, [1, 3, 5]),
  reduction('REDUCE_PROD', false, [2, 12, 30]),
  {
    op: 'MEAN',
    about: 'of integers, towards zero',
    options: ['ReducerOptions', [flag(false)]],
    inputs: [integers([2, 2], [1, 2, -1, -2]), constant(integers([1], [1]))],
    outputs: [integers([2], [1, -1])],
  },
  {
    op: 'MEAN',
    about: 'of integers with scales',
    options: ['ReducerOptions', [flag(false)]],
    inputs: [eighths([1, 4], [5, 13, 21, 29]), constant(integers([1], [1]))],
    outputs: [codes(0.5, 0)([1], [5])],
  },
  {
    op: 'REDUCE_ANY',
    options: ['ReducerOptions', [flag(false)]],
    inputs: [truths([2, 2], [0, 1, 0, 0]), constant(integers([1], [1]))],
    outputs: [truths([2], [1, 0])],
  },
  {
    op: 'REDUCE_ALL',
    options: ['ReducerOptions', [flag(false)]],
    inputs: [truths([2, 2], [1, 1, 0, 1]), constant(integers([1], [1]))],
    outputs: [truths([2], [1, 0])],
  },
  {
    op: 'CUMSUM',
    about: 'without each element itself, from the end',
    inputs: [floats([3], [1, 2, 3]), constant(integers([], [0]))],
    options: ['CumsumOptions', [flag(true), flag(true)]],
    outputs: [floats([3], [5, 3, 0])],
  },
  {
    op: 'ARG_MAX',
    about: 'of which the first counts',
    options: ['ArgMaxOptions', [int8(2)]],
    inputs: [floats([2, 3], [1, 3, 3, 5, 4, 5]), constant(integers([], [1]))],
    outputs: [integers([2], [1, 0])],
  },
  {
    op: 'ARG_MIN',
    about: 'of integers with a scale',
    options: ['ArgMinOptions', [int8(2)]],
    inputs: [eighths([3], [1, -3, 0]), constant(integers([], [0]))],
    outputs: [integers([], [1])],
  },
  {
    op: 'TOPK_V2',
    inputs: [floats([1, 4], [1, 3, 3, 2]), constant(integers([], [3]))],
    outputs: [floats([1, 3], [3, 3, 2]), integers([1, 3], [1, 2, 3])],
  },
  {
    op: 'L2_NORMALIZATION',
    options: ['L2NormOptions', [int8(0)]],
    inputs: [floats([2, 2], [3, 4, 0, 0])],
    outputs: [floats([2, 2], [0.6, 0.8, 0, 0])],
  },
];
