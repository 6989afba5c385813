import { answered, flag, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const matrices = { a: int([2, 3], [1, 2, 3, 4, 5, 6]), b: int([3, 2], [7, 8, 9, 10, 11, 12]) };
const product = (
  name: string,
  op: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
  type = 'DT_INT32',
): GateCase => operation(name, op, { a: 'INT32', b: 'INT32' }, { T: { type }, ...attr }, 'INT32', asked);
const transposed = (a: boolean, b: boolean) => ({ transpose_a: flag(a), transpose_b: flag(b) });
const adjoint = (a: boolean, b: boolean) => ({ adj_x: flag(a), adj_y: flag(b) });

const shifted = (op: string, type: string, asked: GateCase['asked']): GateCase =>
  operation(`${op} of ${type}`, op, { a: 'INT32', b: 'INT32' }, { T: { type } }, 'INT32', asked);

/** Values by arithmetic. */
export const INTEGER_PRODUCT_CASES: readonly GateCase[] = [
  product('MatMul of int32', 'MatMul', transposed(false, false), [
    answered('two matrices', matrices, int([2, 2], [58, 64, 139, 154])),
    answered(
      'factors beyond 2^24',
      { a: int([1, 2], [16777217, 1]), b: int([2, 1], [3, 1]) },
      int([1, 1], [50331652]),
    ),
    answered('a sum that wraps', { a: int([1, 1], [65536]), b: int([1, 1], [65537]) }, int([1, 1], [65536])),
    answered('an inner size of 0', { a: int([2, 0]), b: int([0, 1]) }, int([2, 1], [0, 0])),
    answered('no rows', { a: int([0, 2]), b: int([2, 1], [1, 2]) }, int([0, 1])),
    refused('sizes that differ', { a: int([1, 2], [1, 2]), b: int([1, 2], [1, 2]) }, /inner sizes 2 and 1/),
  ]),
  product('MatMul of int32, the left side transposed', 'MatMul', transposed(true, false), [
    answered(
      'two matrices',
      { a: int([3, 2], [1, 4, 2, 5, 3, 6]), b: matrices.b },
      int([2, 2], [58, 64, 139, 154]),
    ),
  ]),
  product('MatMul of int32, the right side transposed', 'MatMul', transposed(false, true), [
    answered(
      'two matrices',
      { a: matrices.a, b: int([2, 3], [7, 9, 11, 8, 10, 12]) },
      int([2, 2], [58, 64, 139, 154]),
    ),
  ]),
  product('BatchMatMulV2 of int32', 'BatchMatMulV2', adjoint(false, false), [
    answered(
      'a batch by one matrix',
      { a: int([2, 1, 2], [1, 2, 3, 4]), b: int([2, 1], [5, 6]) },
      int([2, 1, 1], [17, 39]),
    ),
  ]),
  product(
    'MatMul of int64',
    'MatMul',
    transposed(false, false),
    [
      answered('two matrices', matrices, int([2, 2], [58, 64, 139, 154])),
      refused(
        'a sum that does not fit',
        { a: int([1, 1], [65536]), b: int([1, 1], [65536]) },
        /does not fit 32 bits/,
      ),
    ],
    'DT_INT64',
  ),
  ...(['And', 'Or', 'Xor'] as const).map((name) =>
    operation(
      `Bitwise${name}`,
      `Bitwise${name}`,
      { a: 'INT32', b: 'INT32' },
      { T: { type: 'DT_INT32' } },
      'INT32',
      [
        answered(
          'bits of both signs, the right side stretched',
          { a: int([3], [12, -1, -2147483648]), b: int([], [10]) },
          int([3], { And: [8, 10, 0], Or: [14, -1, -2147483638], Xor: [6, -11, -2147483638] }[name]),
        ),
        answered('no values', { a: int([0]), b: int([], [1]) }, int([0])),
      ],
    ),
  ),
  shifted('LeftShift', 'DT_INT32', [
    answered(
      'bits that are lost, and more than there are',
      { a: int([5], [3, -1, 1073741824, 1, 5]), b: int([5], [4, 31, 2, 40, -3]) },
      int([5], [48, -2147483648, 0, -2147483648, 5]),
    ),
  ]),
  shifted('LeftShift', 'DT_UINT8', [
    answered(
      'bits that are lost',
      { a: int([3], [255, 3, 1]), b: int([3], [1, 6, 9]) },
      int([3], [254, 192, 128]),
    ),
  ]),
  shifted('LeftShift', 'DT_INT64', [
    answered(
      'a value that fits',
      { a: int([2], [-1, 1]), b: int([], [30]) },
      int([2], [-1073741824, 1073741824]),
    ),
    refused('one that does not', { a: int([1], [3]), b: int([], [31]) }, /does not fit 32 bits/),
  ]),
  shifted('RightShift', 'DT_INT32', [
    answered(
      'the sign stays',
      { a: int([4], [-16, 16, -1, 2147483647]), b: int([4], [2, 2, 31, 40]) },
      int([4], [-4, 4, -1, 0]),
    ),
  ]),
  shifted('RightShift', 'DT_UINT8', [
    answered('by more than there are', { a: int([2], [255, 128]), b: int([2], [4, 9]) }, int([2], [15, 1])),
  ]),
  operation('Invert of int32', 'Invert', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('both signs', { x: int([3], [0, -1, 5]) }, int([3], [-1, 0, -6])),
  ]),
  operation('Invert of uint8', 'Invert', { x: 'INT32' }, { T: { type: 'DT_UINT8' } }, 'INT32', [
    answered('eight bits', { x: int([3], [0, 255, 5]) }, int([3], [255, 0, 250])),
  ]),
];
