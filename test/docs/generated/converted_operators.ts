import { CLASSICAL_OPERATORS, OPERATOR_GROUPS } from '../../../import/onnx/operators/operators.ts';
import { code, table } from './markdown.ts';

/** The operators of ONNX that can be converted, by subject. */
export function onnxOperatorsTable(): string {
  const rows = Object.entries(OPERATOR_GROUPS).map(([group, operators]) => [
    group,
    Object.keys(operators).sort().map(code).join(', '),
  ]);
  const classical = [
    'Classical models (`ai.onnx.ml`)',
    Object.keys(CLASSICAL_OPERATORS).sort().map(code).join(', '),
  ];
  return table(['group', 'operators'], [...rows.sort(), classical]);
}
