import { Option } from 'commander';
// Not from index.ts, which loads tfjs.
import { describeDifferences } from '../../import/accuracy/compare_answers.ts';
import type { OutputDifference, QuantizationMode } from '../../import/index.ts';
import type { ModelContent } from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';

export const QUANTIZATIONS = ['float16', 'uint8'] as const satisfies readonly QuantizationMode[];

export function quantizeOption(): Option {
  return new Option(
    '--quantize <form>',
    'store weights in half or a quarter of the size, at the cost of accuracy',
  ).choices(QUANTIZATIONS);
}

/**
 * The difference from a golden number that a form of quantization permits, times the number's magnitude if that is above
 * 1. One weight is off by at most 1/4096 of itself, or by 1/510 of the range of its tensor; sums over layers are off by more.
 */
const PERMITTED: Readonly<Record<QuantizationMode, number>> = { float16: 0.01, uint8: 0.05 };

/** Returns the content whose golden examples permit what its quantization costs, unless they state a tolerance. */
export function withPermittedDifference(content: ModelContent, form: QuantizationMode): ModelContent {
  const golden = content.golden.map((example) => {
    if (example.tolerance !== undefined) return example;
    const signature = content.signatures[example.signature_name ?? DEFAULT_SIGNATURE];
    const floats = Object.keys(example.outputs).filter(
      (name) => signature?.outputs[name]?.dtype === 'float32',
    );
    const permitted = Object.fromEntries(floats.map((name) => [name, PERMITTED[form]]));
    return { ...example, tolerances: { ...permitted, ...example.tolerances } };
  });
  return { ...content, golden };
}

/** Says what to do about a quantized model that disagrees with its golden examples. */
export function disagreementAdvice(form: QuantizationMode): string {
  const better = form === 'uint8' ? '--quantize float16 or without --quantize' : 'no --quantize';
  return (
    `--quantize ${form} permits a difference of ${PERMITTED[form]} where golden.json states no tolerance; ` +
    `publish with ${better}, or if the answers are accurate enough, state a larger "tolerance" in golden.json`
  );
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
