import * as onnx from '../../../import/onnx/operators/operators.ts';
import * as tflite from '../../../import/tflite/operators/operators.ts';
import {
  type ConformanceResults,
  conformanceResults,
} from '../../import/onnx/conformance/conformance_results.ts';
import { code, table } from './markdown.ts';

interface Group {
  readonly title: string;
  /** What stands before the names of the operators in the results. */
  readonly prefix?: string;
  readonly operators: object;
}

/** The operators of ONNX that can be converted, by subject, with how many of ONNX's own cases of each pass. */
export function onnxOperatorsTable(): string {
  const groups: Group[] = [
    ...bySubject(onnx.OPERATOR_GROUPS),
    {
      title: 'Classical models (`ai.onnx.ml`)',
      prefix: 'ai.onnx.ml.',
      operators: onnx.CLASSICAL_OPERATORS,
    },
    { title: 'ONNX Runtime (`com.microsoft`)', prefix: 'com.microsoft.', operators: onnx.RUNTIME_OPERATORS },
  ];
  return operatorsTable(groups, conformanceResults());
}

/** Those of TensorFlow Lite. */
export function tfliteOperatorsTable(): string {
  const custom = { title: 'Custom operators', operators: tflite.CUSTOM_OPERATORS };
  return operatorsTable([...bySubject(tflite.OPERATOR_GROUPS), custom]);
}

/** In the order of the alphabet. */
function bySubject(groups: Readonly<Record<string, object>>): Group[] {
  return Object.entries(groups)
    .map(([title, operators]) => ({ title, operators }))
    .sort((one, other) => (one.title < other.title ? -1 : 1));
}

function operatorsTable(groups: readonly Group[], results: ConformanceResults = {}): string {
  const rows = groups
    .filter(({ operators }) => Object.keys(operators).length > 0)
    .map(({ title, prefix = '', operators }) => [
      title,
      Object.keys(operators)
        .sort()
        .map((name) => `${code(name)}${share(results[`${prefix}${name}`])}`)
        .join(', '),
    ]);
  return table(['group', 'operators'], rows);
}

/** Nothing for operators of which there is no case. */
function share(counted: ConformanceResults[string] | undefined): string {
  return counted === undefined ? '' : ` ${counted.passed}/${counted.cases}`;
}
