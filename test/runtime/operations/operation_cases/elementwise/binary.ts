import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

type Pairs = readonly (readonly [x: number, y: number, value: number])[];
const sides = (pairs: Pairs) => [0, 1, 2].map((side) => pairs.map((pair) => pair[side] ?? 0));

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL' } as const;
const tensorOf = { FP32: float, INT32: int, BOOL: bool } as const;

function binary(
  op: string,
  takes: keyof typeof TYPES,
  gives: keyof typeof TYPES,
  pairs: Pairs,
  broadcast?: readonly [x: number, row: readonly number[], values: readonly number[]],
): GateCase {
  const [x = [], other = [], values = []] = sides(pairs);
  const [take, give] = [tensorOf[takes], tensorOf[gives]];
  const asked = [
    answered('pairs', { x: take([x.length], x), other: take([x.length], other) }, give([x.length], values)),
    answered('no values', { x: take([0, 2]), other: take([2], [1, 1]) }, give([0, 2])),
    refused(
      'shapes that do not fit',
      { x: take([2], [1, 1]), other: take([3], [1, 1, 1]) },
      /broadcast|shape/,
    ),
  ];
  if (broadcast !== undefined) {
    const [one, row, results] = broadcast;
    asked.push(
      answered(
        'a number and a row, which are broadcast',
        { x: take([1, 1], [one]), other: take([row.length], row) },
        give([1, row.length], results),
      ),
    );
  }
  return operation(
    `${op} of ${takes}`,
    op,
    { x: takes, other: takes },
    { T: { type: TYPES[takes] } },
    gives,
    asked,
  );
}

/** Arithmetic and comparison by IEEE 754 and by integers of 32 bits that wrap, as TensorFlow's operations do. */
export const BINARY_CASES: readonly GateCase[] = [
  binary(
    'Add',
    'FP32',
    'FP32',
    [
      [1, 2, 3],
      [infinity, -infinity, nan],
      [nan, 1, nan],
    ],
    [1, [1, 2], [2, 3]],
  ),
  binary('Add', 'INT32', 'INT32', [
    [2147483647, 1, -2147483648],
    [-5, 3, -2],
  ]),
  binary(
    'Sub',
    'FP32',
    'FP32',
    [
      [1, 2, -1],
      [infinity, infinity, nan],
    ],
    [1, [1, 3], [0, -2]],
  ),
  binary(
    'Mul',
    'FP32',
    'FP32',
    [
      [2, 3, 6],
      [0, infinity, nan],
      [-2, 0.5, -1],
    ],
    [2, [1, 3], [2, 6]],
  ),
  binary(
    'RealDiv',
    'FP32',
    'FP32',
    [
      [1, 4, 0.25],
      [1, 0, infinity],
      [-1, 0, -infinity],
      [0, 0, nan],
    ],
    [6, [2, 3], [3, 2]],
  ),
  binary(
    'DivNoNan',
    'FP32',
    'FP32',
    [
      [1, 4, 0.25],
      [1, 0, 0],
      [0, 0, 0],
      [nan, 0, 0],
    ],
    [6, [2, 0], [3, 0]],
  ),
  binary(
    'Maximum',
    'FP32',
    'FP32',
    [
      [1, 2, 2],
      [-1, -2, -1],
      [infinity, 3, infinity],
    ],
    [1, [0, 3], [1, 3]],
  ),
  binary('Maximum', 'INT32', 'INT32', [
    [-2147483648, 2147483647, 2147483647],
    [-1, -2, -1],
  ]),
  binary(
    'Minimum',
    'FP32',
    'FP32',
    [
      [1, 2, 1],
      [-1, -2, -2],
      [-infinity, 3, -infinity],
    ],
    [1, [0, 3], [0, 1]],
  ),
  binary('Minimum', 'INT32', 'INT32', [
    [-2147483648, 2147483647, -2147483648],
    [-1, -2, -2],
  ]),
  binary(
    'SquaredDifference',
    'FP32',
    'FP32',
    [
      [5, 2, 9],
      [-1, 2, 9],
    ],
    [1, [0, 3], [1, 4]],
  ),
  binary(
    'Equal',
    'FP32',
    'BOOL',
    [
      [1, 1, 1],
      [1, 2, 0],
      [nan, nan, 0],
      [infinity, infinity, 1],
    ],
    [1, [1, 2], [1, 0]],
  ),
  binary(
    'NotEqual',
    'FP32',
    'BOOL',
    [
      [1, 1, 0],
      [1, 2, 1],
      [nan, nan, 1],
    ],
    [1, [1, 2], [0, 1]],
  ),
  binary(
    'Greater',
    'FP32',
    'BOOL',
    [
      [2, 1, 1],
      [1, 1, 0],
      [nan, 1, 0],
      [infinity, 1, 1],
    ],
    [1, [0, 1], [1, 0]],
  ),
  binary(
    'GreaterEqual',
    'FP32',
    'BOOL',
    [
      [2, 1, 1],
      [1, 1, 1],
      [nan, 1, 0],
      [0, 1, 0],
    ],
    [1, [0, 1], [1, 1]],
  ),
  binary(
    'Less',
    'FP32',
    'BOOL',
    [
      [1, 2, 1],
      [1, 1, 0],
      [nan, 1, 0],
      [-infinity, 1, 1],
    ],
    [1, [2, 1], [1, 0]],
  ),
  binary(
    'LessEqual',
    'FP32',
    'BOOL',
    [
      [1, 2, 1],
      [1, 1, 1],
      [nan, 1, 0],
      [2, 1, 0],
    ],
    [1, [2, 1], [1, 1]],
  ),
  binary('Less', 'INT32', 'BOOL', [
    [-2147483648, 2147483647, 1],
    [16777217, 16777216, 0],
    [16777216, 16777217, 1],
  ]),
  binary('Equal', 'INT32', 'BOOL', [
    [16777217, 16777216, 0],
    [2147483647, 2147483647, 1],
  ]),
  binary(
    'LogicalAnd',
    'BOOL',
    'BOOL',
    [
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 1],
    ],
    [1, [0, 1], [0, 1]],
  ),
  binary(
    'LogicalOr',
    'BOOL',
    'BOOL',
    [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 1],
    ],
    [0, [0, 1], [0, 1]],
  ),
  operation('Atan2', 'Atan2', { y0: 'FP32', x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'all quadrants',
      { y0: float([4], [0, 0, 1, -1]), x: float([4], [1, -1, 0, 0]) },
      float([4], [0, Math.fround(Math.PI), Math.fround(Math.PI / 2), -Math.fround(Math.PI / 2)]),
    ),
  ]),
  operation('Prelu', 'Prelu', { x: 'FP32', alpha: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'a slope for each column',
      { x: float([2, 2], [1, -2, -4, 8]), alpha: float([2], [0.5, 0.25]) },
      float([2, 2], [1, -0.5, -2, 8]),
    ),
  ]),
];
