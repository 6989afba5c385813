import * as onnx from '../../../import/onnx/operators/operators.ts';
import * as tflite from '../../../import/tflite/operators/operators.ts';
import { code, table } from './markdown.ts';

/** The operators of ONNX that can be converted, by subject. */
export function onnxOperatorsTable(): string {
  return operatorsTable(onnx.OPERATOR_GROUPS, 'Classical models (`ai.onnx.ml`)', onnx.CLASSICAL_OPERATORS);
}

/** Those of TensorFlow Lite. */
export function tfliteOperatorsTable(): string {
  return operatorsTable(tflite.OPERATOR_GROUPS, 'Custom operators', tflite.CUSTOM_OPERATORS);
}

/** A row for each group in the order of the alphabet, and one for operators of another kind at the end. */
function operatorsTable(groups: Readonly<Record<string, object>>, lastGroup: string, last: object): string {
  const row = ([group, operators]: readonly [string, object]): string[] => [
    group,
    Object.keys(operators).sort().map(code).join(', '),
  ];
  const rows = Object.entries(groups).map(row).sort();
  return table(
    ['group', 'operators'],
    Object.keys(last).length === 0 ? rows : [...rows, row([lastGroup, last])],
  );
}
