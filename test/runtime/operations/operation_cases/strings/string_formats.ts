import { answered, flag, type GateCase, operation, strings, text } from '../../../gate/gate_cases/case.ts';

type Attributes = Readonly<Record<string, unknown>>;

const asString = (
  of: string,
  attr: Attributes,
  type: 'FP32' | 'INT32' | 'BOOL',
  given: readonly number[],
  wanted: readonly string[],
): GateCase =>
  operation(
    `AsString ${of}`,
    'AsString',
    { x: type },
    { T: { type: { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL' }[type] }, ...attr },
    'BYTES',
    [
      answered(
        of,
        { x: { shape: [given.length], datatype: type, data: given } },
        strings([wanted.length], wanted),
      ),
    ],
  );

/** Values from C's printf, which TensorFlow uses. */
export const STRING_FORMAT_CASES: readonly GateCase[] = [
  asString(
    'of integers',
    {},
    'INT32',
    [3, -2, 2147483647, -2147483648],
    ['3', '-2', '2147483647', '-2147483648'],
  ),
  asString('of integers of a width', { width: { i: '5' } }, 'INT32', [3, -42], ['    3', '  -42']),
  asString(
    'of integers filled with zeros',
    { width: { i: '5' }, fill: text('0') },
    'INT32',
    [3, -42],
    ['00003', '-0042'],
  ),
  asString('of integers to the left', { width: { i: '5' }, fill: text('-') }, 'INT32', [3], ['3    ']),
  asString('of truths', {}, 'BOOL', [1, 0], ['true', 'false']),
  asString(
    'of floats',
    {},
    'FP32',
    [3.0625, -0.5, 0, -0, 1e10, Number.NaN, Number.NEGATIVE_INFINITY],
    ['3.062500', '-0.500000', '0.000000', '-0.000000', '10000000000.000000', 'nan', '-inf'],
  ),
  asString(
    'of floats with two digits',
    { precision: { i: '2' } },
    'FP32',
    [3.0625, 0.125, 0.375, 1e-5],
    ['3.06', '0.12', '0.38', '0.00'],
  ),
  asString(
    'of floats with an exponent',
    { scientific: flag(true) },
    'FP32',
    [1.5, -150, 0],
    ['1.500000e+00', '-1.500000e+02', '0.000000e+00'],
  ),
  asString(
    'of floats as short as can be',
    { shortest: flag(true) },
    'FP32',
    [1.5, 100000, 1e6, 0.0001, 0.00001, 0],
    ['1.5', '100000', '1e+06', '0.0001', '1e-05', '0'],
  ),
];
