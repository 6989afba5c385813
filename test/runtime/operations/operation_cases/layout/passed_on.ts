import { answered, float, type GateCase, int, operation, text } from '../../../gate/gate_cases/case.ts';

/** What these operations are given is what they return. */
export const PASSED_ON_CASES: readonly GateCase[] = [
  operation(
    'Identity between two operations',
    'Identity',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'Snapshot between two operations',
    'Snapshot',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'StopGradient between two operations',
    'StopGradient',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'GuaranteeConst between two operations',
    'GuaranteeConst',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'CheckNumerics between two operations',
    'CheckNumerics',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, message: text('') },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'PreventGradient between two operations',
    'PreventGradient',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('numbers', { x: float([1, 2], [1, -2]) }, float([1, 2], [1, -2])),
      answered('a scalar', { x: float([], [5]) }, float([], [5])),
    ],
  ),
  operation(
    'IdentityN',
    'IdentityN',
    { a: 'FP32', b: 'INT32' },
    { T: { list: { type: ['DT_FLOAT', 'DT_INT32'] } } },
    'INT32',
    [answered('the second one', { a: float([1], [1]), b: int([1], [2147483647]) }, int([1], [2147483647]))],
    1,
  ),
];
