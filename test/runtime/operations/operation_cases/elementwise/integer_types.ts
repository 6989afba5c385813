import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
const beyond = /does not fit 32 bits/;
const list = (...values: number[]) => int([values.length], values);

type Pairs = readonly [a: readonly number[], b: readonly number[], results: readonly number[]];

/**
 * Values that fit their type, and values that do not. Values of 8 bits wrap as in C++, and values of 64 bits are
 * refused.
 */
function binary(
  op: string,
  type: string,
  [a, b, results]: Pairs,
  tooLarge: readonly (readonly [number, number])[] = [],
): GateCase {
  return operation(`${op} of ${type}`, op, { a: 'INT32', b: 'INT32' }, { T: { type } }, 'INT32', [
    answered('values that fit, or wrap', { a: list(...a), b: list(...b) }, list(...results)),
    ...tooLarge.map(([x, y]) => refused(`${x} and ${y}`, { a: list(x), b: list(y) }, beyond)),
  ]);
}

function unary(
  op: string,
  type: string,
  x: readonly number[],
  results: readonly number[],
  tooLarge: readonly number[] = [],
): GateCase {
  return operation(`${op} of ${type}`, op, { x: 'INT32' }, { T: { type } }, 'INT32', [
    answered('values that fit, or wrap', { x: list(...x) }, list(...results)),
    ...tooLarge.map((value) => refused(`${value}`, { x: list(value) }, beyond)),
  ]);
}

function alongFirst(op: string, type: string, asked: GateCase['asked']): GateCase {
  return operation(
    `${op} of ${type}`,
    op,
    { x: 'INT32', axis: 'INT32' },
    { T: { type }, Tidx: { type: 'DT_INT32' } },
    'INT32',
    asked,
  );
}
const first = { axis: int([], [0]) };

export const INTEGER_TYPE_CASES: readonly GateCase[] = [
  binary('Sub', 'DT_UINT8', [
    [5, 20, 0],
    [10, 10, 1],
    [251, 10, 255],
  ]),
  binary('AddV2', 'DT_UINT8', [
    [250, 255],
    [10, 255],
    [4, 254],
  ]),
  binary('Mul', 'DT_UINT8', [
    [16, 255],
    [17, 255],
    [16, 1],
  ]),
  binary('AddV2', 'DT_INT8', [
    [100, -100, 1],
    [100, -100, 1],
    [-56, 56, 2],
  ]),
  binary('Mul', 'DT_INT8', [
    [16, -128],
    [8, -1],
    [-128, -128],
  ]),
  binary('AddV2', 'DT_INT16', [
    [32767, -32768],
    [1, -1],
    [-32768, 32767],
  ]),
  binary('Mul', 'DT_UINT16', [
    [256, 255],
    [256, 257],
    [0, 65535],
  ]),
  unary('Neg', 'DT_INT8', [-128, 127], [-128, -127]),
  unary('Abs', 'DT_INT8', [-128, -127], [-128, 127]),
  binary(
    'AddV2',
    'DT_INT64',
    [
      [most, least, 3],
      [-1, 1, 4],
      [most - 1, least + 1, 7],
    ],
    [
      [most, 1],
      [least, -1],
      [least, least],
      [most, most],
    ],
  ),
  binary(
    'Sub',
    'DT_INT64',
    [
      [least, most],
      [least, most],
      [0, 0],
    ],
    [
      [least, 1],
      [0, least],
    ],
  ),
  binary(
    'Mul',
    'DT_INT64',
    [
      [46340, -65536, most],
      [46340, 32768, -1],
      [2147395600, least, -most],
    ],
    [
      [65536, 65536],
      [46341, 46341],
      [most, most],
    ],
  ),
  binary(
    'Pow',
    'DT_INT64',
    [
      [2, -2, 7],
      [30, 31, 0],
      [2 ** 30, least, 1],
    ],
    [
      [2, 31],
      [10, 12],
    ],
  ),
  binary(
    'SquaredDifference',
    'DT_INT64',
    [
      [3, -3],
      [5, 5],
      [4, 64],
    ],
    [[most, least]],
  ),
  unary('Neg', 'DT_INT64', [most, -5], [-most, 5], [least]),
  unary('Abs', 'DT_INT64', [most, -5], [most, 5], [least]),
  unary('Square', 'DT_INT64', [46340, -3], [2147395600, 9], [65536, 46341]),
  alongFirst('Sum', 'DT_INT64', [
    answered(
      'a sum that fits, though a part of it does not',
      { x: list(most, most, -most), ...first },
      int([], [most]),
    ),
    answered('no values', { x: int([0]), ...first }, int([], [0])),
    refused('a sum that does not fit', { x: list(most, 1), ...first }, beyond),
  ]),
  alongFirst('Sum', 'DT_UINT8', [
    answered('a sum that wraps', { x: list(200, 100), ...first }, int([], [44])),
  ]),
  alongFirst('Prod', 'DT_INT64', [
    answered('a product that fits', { x: list(65536, -32768), ...first }, int([], [least])),
    refused('a product that does not fit', { x: list(65536, 65536), ...first }, beyond),
  ]),
  alongFirst('Cumsum', 'DT_INT64', [
    answered('sums that fit', { x: list(1, 2, 3), ...first }, list(1, 3, 6)),
    answered(
      'the last axis by its negative number',
      { x: list(1, 2, 3), axis: int([], [-1]) },
      list(1, 3, 6),
    ),
    refused('sums of which one does not fit', { x: list(most, 1, -2), ...first }, beyond),
  ]),
  operation(
    'AddN of DT_INT64',
    'AddN',
    { a: 'INT32', b: 'INT32', c: 'INT32' },
    { T: { type: 'DT_INT64' }, N: { i: '3' } },
    'INT32',
    [
      answered('a sum that fits', { a: list(most), b: list(1), c: list(-1) }, list(most)),
      refused('a sum that does not fit', { a: list(most), b: list(1), c: list(1) }, beyond),
    ],
  ),
  operation(
    'Cast from float32 to DT_INT64',
    'Cast',
    { x: 'FP32' },
    { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_INT64' }, Truncate: flag(false) },
    'INT32',
    [
      answered(
        'towards zero',
        { x: float([4], [-1.9, 1.9, 2 ** 30, -(2 ** 31)]) },
        list(-1, 1, 2 ** 30, least),
      ),
      refused('a value that does not fit', { x: float([1], [3e9]) }, beyond),
      refused('NaN', { x: float([1], [Number.NaN]) }, beyond),
    ],
  ),
  operation(
    'Cast from int32 to DT_UINT8',
    'Cast',
    { x: 'INT32' },
    { SrcT: { type: 'DT_INT32' }, DstT: { type: 'DT_UINT8' }, Truncate: flag(false) },
    'INT32',
    [answered('the lowest eight bits', { x: list(0, 255, 256, -1, most) }, list(0, 255, 0, 255, 255))],
  ),
  operation(
    'Cast from float32 to DT_INT8',
    'Cast',
    { x: 'FP32' },
    { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_INT8' }, Truncate: flag(false) },
    'INT32',
    [answered('towards zero', { x: float([4], [-1.9, 1.9, -128, 127]) }, list(-1, 1, -128, 127))],
  ),
];
