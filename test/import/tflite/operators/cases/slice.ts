import { flag, int32 } from '../../../../fixtures/models/flatbuffer.ts';
import { type CaseTensor, floats, integers, type OperatorCase } from './operator_case.ts';
import { counted, fixed } from './shape.ts';

interface Masks {
  readonly begin?: number;
  readonly end?: number;
  readonly ellipsis?: number;
  readonly newAxis?: number;
  readonly shrink?: number;
  readonly offset?: boolean;
}

const strided = (
  about: string,
  [begin, end, steps]: readonly [readonly number[], readonly number[], readonly number[]],
  { begin: begins = 0, end: ends = 0, ellipsis = 0, newAxis = 0, shrink = 0, offset = false }: Masks,
  output: CaseTensor,
): OperatorCase => ({
  op: 'STRIDED_SLICE',
  about,
  options: [
    'StridedSliceOptions',
    [int32(begins), int32(ends), int32(ellipsis), int32(newAxis), int32(shrink), flag(offset)],
  ],
  inputs: [counted([2, 3, 4]), fixed(...begin), fixed(...end), fixed(...steps)],
  outputs: [output],
});

export const SLICE_CASES: readonly OperatorCase[] = [
  {
    op: 'SLICE',
    inputs: [counted([2, 3, 2]), fixed(1, 0, 1), fixed(1, -1, 1)],
    outputs: [floats([1, 3, 1], [7, 9, 11])],
  },
  strided(
    'of ranges',
    [
      [0, 1, 0],
      [2, 3, 4],
      [1, 1, 2],
    ],
    {},
    floats([2, 2, 2], [4, 6, 8, 10, 16, 18, 20, 22]),
  ),
  strided(
    'backwards',
    [
      [1, -1, -1],
      [0, -4, -3],
      [-1, -2, -1],
    ],
    {},
    floats([1, 2, 2], [23, 22, 15, 14]),
  ),
  strided(
    'with masks',
    [
      [1, 1, 1],
      [1, 2, 2],
      [1, 1, 1],
    ],
    { begin: 0b100, end: 0b001 },
    floats([1, 1, 2], [16, 17]),
  ),
  strided(
    'of one place',
    [
      [1, 0, -1],
      [2, 3, 0],
      [1, 1, 1],
    ],
    { shrink: 0b101 },
    floats([3], [15, 19, 23]),
  ),
  strided(
    'with an ellipsis',
    [
      [0, 1],
      [0, 2],
      [1, 1],
    ],
    { ellipsis: 0b01 },
    floats([2, 3, 1], [1, 5, 9, 13, 17, 21]),
  ),
  strided(
    'with a new dimension',
    [
      [1, 0, 0, 0],
      [2, 0, 1, 2],
      [1, 1, 1, 1],
    ],
    { newAxis: 0b0010 },
    floats([1, 1, 1, 2], [12, 13]),
  ),
  strided(
    'with offsets',
    [
      [1, -2, 1],
      [1, 2, 2],
      [1, 1, 1],
    ],
    { offset: true },
    floats([1, 2, 2], [17, 18, 21, 22]),
  ),
  {
    op: 'STRIDED_SLICE',
    about: 'that the request decides',
    options: ['StridedSliceOptions', [int32(0), int32(0), int32(0), int32(0), int32(0)]],
    inputs: [counted([4]), integers([1], [1]), integers([1], [3]), fixed(1)],
    outputs: [floats([2], [1, 2])],
  },
  { op: 'REVERSE_V2', inputs: [counted([2, 3]), fixed(1)], outputs: [floats([2, 3], [2, 1, 0, 5, 4, 3])] },
  {
    op: 'REVERSE_SEQUENCE',
    options: ['ReverseSequenceOptions', [int32(1), int32(0)]],
    inputs: [counted([2, 3]), integers([2], [2, 3])],
    outputs: [floats([2, 3], [1, 0, 2, 5, 4, 3])],
  },
];
