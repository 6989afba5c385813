import { Option } from 'commander';
// Not from index.ts, which loads tfjs.
import { describeDifferences } from '../../import/accuracy/compare_answers.ts';
import type { OutputDifference, QuantizationMode } from '../../import/index.ts';

export const QUANTIZATIONS = ['float16', 'uint8'] as const satisfies readonly QuantizationMode[];

export function quantizeOption(): Option {
  return new Option(
    '--quantize <form>',
    'store weights in half or a quarter of the size, at the cost of accuracy',
  ).choices(QUANTIZATIONS);
}

/** Describes the cost in accuracy of a quantization for people. */
export function accuracyLines(form: QuantizationMode, accuracy: readonly OutputDifference[]): string[] {
  return accuracy.length === 0
    ? [`What ${form} costs in accuracy was not measured: the model has no golden.json.`]
    : [
        `What ${form} costs in accuracy, on the golden examples:`,
        ...describeDifferences(accuracy).map((line) => `  ${line}`),
      ];
}
