import { Option } from 'commander';
import { describeDifferences, type OutputDifference, type QuantizationMode } from '../../import/index.ts';

export const QUANTIZATIONS = ['float16', 'uint8'] as const satisfies readonly QuantizationMode[];

export function quantizeOption(): Option {
  return new Option(
    '--quantize <form>',
    'make the files of weights a half or a quarter as large, at the price of accuracy',
  ).choices(QUANTIZATIONS);
}

/** What a quantisation costs, for people. */
export function accuracyLines(form: QuantizationMode, accuracy: readonly OutputDifference[]): string[] {
  return accuracy.length === 0
    ? [`What ${form} costs in accuracy was not measured: there is no golden.json beside the model.`]
    : [
        `What ${form} costs in accuracy, on the golden examples:`,
        ...describeDifferences(accuracy).map((line) => `  ${line}`),
      ];
}
