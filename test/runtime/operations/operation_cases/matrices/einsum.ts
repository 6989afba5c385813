import {
  type Asked,
  answered,
  float,
  type GateCase,
  int,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32' } as const;

function equation(value: string, asked: readonly Asked[], dtype: keyof typeof TYPES = 'FP32'): GateCase {
  const names = ['a', 'b'].slice(0, value.split('->')[0]?.split(',').length);
  return operation(
    `Einsum ${value} of ${dtype}`,
    'Einsum',
    Object.fromEntries(names.map((name) => [name, dtype])),
    { equation: text(value), N: { i: String(names.length) }, T: { type: TYPES[dtype] } },
    dtype,
    asked,
  );
}

const a = float([2, 3], [1, 2, 3, 4, 5, 6]);
const b = float([3, 2], [1, 0, 2, -1, 3, 1]);
const cube = float([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
const square = float([2, 2], [1, 2, 3, 4]);

/** Values by the definition: products, summed over the indices that the output does not name. */
export const EINSUM_CASES: readonly GateCase[] = [
  equation('ij,jk->ik', [
    answered('a product of matrices', { a, b }, float([2, 2], [14, 1, 32, 1])),
    answered('nothing to sum up', { a: float([2, 0]), b: float([0, 2]) }, float([2, 2], [0, 0, 0, 0])),
    refused('sizes that do not fit', { a, b: a }, /sizes of 3 and 2/),
  ]),
  equation('ij,jk->ki', [answered('transposed', { a, b }, float([2, 2], [14, 32, 1, 1]))]),
  equation('Ij,jK->KI', [answered('large letters', { a, b }, float([2, 2], [14, 32, 1, 1]))]),
  equation('abc,bd->adc', [
    // y[a, d, c] is the sum over b of cube[a, b, c] square[b, d].
    answered(
      'a dimension from the middle',
      { a: cube, b: square },
      float([2, 2, 2], [10, 14, 14, 20, 26, 30, 38, 44]),
    ),
  ]),
  equation('abc,abd->acd', [
    // The sum over b of cube[a, b, c] cube[a, b, d], for each a.
    answered('products of a list', { a: cube, b: cube }, float([2, 2, 2], [10, 14, 14, 20, 74, 86, 86, 100])),
  ]),
  equation('ij,kl->ik', [
    answered('sums of each before their product', { a: square, b }, float([2, 3], [3, 3, 12, 7, 7, 28])),
  ]),
  equation('i,j->ij', [
    answered(
      'all products',
      { a: float([2], [2, 3]), b: float([3], [1, 0, -1]) },
      float([2, 3], [2, 0, -2, 3, 0, -3]),
    ),
  ]),
  equation('i,i->', [
    answered('one number', { a: float([2], [2, 3]), b: float([2], [5, 7]) }, float([], [31])),
  ]),
  equation('...ij,jk->...ik', [
    answered('a list of matrices', { a: cube, b: square }, float([2, 2, 2], [7, 10, 15, 22, 23, 34, 31, 46])),
    answered('one matrix', { a: square, b: square }, float([2, 2], [7, 10, 15, 22])),
  ]),
  equation('...i,...i->...', [
    answered(
      'dimensions that broadcast',
      { a: cube, b: float([1, 2], [10, 1]) },
      float([2, 2], [12, 34, 56, 78]),
    ),
  ]),
  equation('ii->i', [answered('a diagonal', { a: square }, float([2], [1, 4]))]),
  equation('ii->', [answered('a trace', { a: square }, float([], [5]))]),
  equation('abc->ca', [answered('a sum, turned round', { a: cube }, float([2, 2], [4, 12, 6, 14]))]),
  equation(
    'ij,jk->ik',
    [
      answered(
        'integers beyond what a float holds',
        { a: int([1, 2], [16777217, 1]), b: int([2, 1], [1, 0]) },
        int([1, 1], [16777217]),
      ),
    ],
    'INT32',
  ),
];
