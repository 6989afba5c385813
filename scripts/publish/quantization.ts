import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
// Not from index.ts, which loads tfjs.
import { describeDifferences } from '../../import/accuracy/compare_answers.ts';
import type { IntegerReport, OutputDifference, QuantizationForm } from '../../import/index.ts';
import type { ModelContent } from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { plural } from '../cli/format.ts';
import { decimalNumber } from '../cli/options/arguments.ts';
import { RepeatableOption } from '../cli/options/repeatable_option.ts';
import { UsageError } from '../cli/usage_error.ts';
import { resolveFromCaller } from '../files/package_root.ts';

const QUANTIZATIONS = ['float16', 'uint8', 'int8'] as const satisfies readonly QuantizationForm[];

interface IntegerCost extends IntegerReport {
  /** How many examples it was calibrated on. */
  readonly examples: number;
}

/** What a quantization costs, and what int8 computes in bytes. */
export interface QuantizationCost {
  readonly accuracy: readonly OutputDifference[];
  readonly integers?: IntegerCost;
}

/** Adds the options of a quantization. */
export function withQuantizeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--quantize <form>',
        'store weights in half or a quarter of the size, at the cost of accuracy; int8 also computes convolutions in bytes',
      ).choices(QUANTIZATIONS),
    )
    .addOption(
      new RepeatableOption(
        '--calibrate <path>',
        "of int8: typical values, beside golden.json: an image, a request in TensorFlow Serving's JSON, or a folder of these",
        resolveFromCaller,
      ),
    );
}

const OptionsSchema = v.object({
  quantize: v.optional(v.picklist(QUANTIZATIONS)),
  calibrate: v.optional(v.array(v.string()), []),
  maxLoss: v.optional(v.number()),
});

/** Returns the options of a quantization. @throws UsageError if they contradict each other */
export function quantizeOptions(command: Command): v.InferOutput<typeof OptionsSchema> {
  const options = v.parse(OptionsSchema, command.opts());
  if (options.calibrate.length > 0 && options.quantize !== 'int8')
    throw new UsageError('only --quantize int8 is calibrated: give it, or leave --calibrate out');
  if (options.maxLoss !== undefined && options.quantize === undefined)
    throw new UsageError('--max-loss limits what --quantize costs: give both, or neither');
  return options;
}

/** Reads a fraction of a value. */
export function parseFractionArgument(text: string): number {
  const fraction = decimalNumber(text);
  if (!(fraction <= 1)) throw new InvalidArgumentError('A fraction is a number from 0 to 1.');
  return fraction;
}

/**
 * The difference from a golden number that a form of quantization permits, times the number's magnitude if that is above
 * 1. One weight is off by at most 1/4096 of itself, or by 1/510 of the range of its tensor; sums over layers are off by more. int8
 * rounds activations too.
 */
const PERMITTED: Readonly<Record<QuantizationForm, number>> = { float16: 0.01, uint8: 0.05, int8: 0.1 };

/** Returns the content whose golden examples permit what its quantization costs, unless they state a tolerance. */
export function withPermittedDifference(content: ModelContent, form: QuantizationForm): ModelContent {
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

const BETTER: Readonly<Record<QuantizationForm, string>> = {
  float16: 'no --quantize',
  uint8: '--quantize float16 or without --quantize',
  int8: '--quantize uint8 or without --quantize',
};

/** Says what to do about a quantized model that disagrees with its golden examples. */
export function disagreementAdvice(form: QuantizationForm): string {
  const better = BETTER[form];
  return (
    `--quantize ${form} permits a difference of ${PERMITTED[form]} where golden.json states no tolerance; ` +
    `publish with ${better}, or if the answers are accurate enough, state a larger "tolerance" in golden.json`
  );
}

/** Says why a quantized model is refused that differs by more than a fraction; undefined if it does not. */
export function lossFault(
  form: QuantizationForm,
  accuracy: readonly OutputDifference[],
  maxLoss: number,
): string | undefined {
  if (accuracy.length === 0)
    return `--max-loss needs examples to measure what --quantize ${form} costs: put golden.json next to the model${form === 'int8' ? ', or give requests or images with --calibrate PATH' : ''}`;
  const unmeasured = accuracy.filter(({ notFinite }) => notFinite !== undefined);
  if (unmeasured.length > 0)
    return `--max-loss cannot be checked on examples whose answers have numbers that are not finite: ${describeDifferences(unmeasured).join('; ')}; leave these examples out`;
  const worst = accuracy.filter((difference) => !(lossOf(difference) <= maxLoss));
  return worst.length === 0
    ? undefined
    : `--quantize ${form} costs ${Math.max(...worst.map(lossOf))}, more than --max-loss ${maxLoss} permits: ${describeDifferences(worst).join('; ')}`;
}

/** The larger of the share of the largest value, and the share of the classes that changed. */
function lossOf({ largestRelative, changedClasses }: OutputDifference): number {
  const share = changedClasses === undefined ? 0 : changedClasses.changed / changedClasses.of;
  return Math.max(largestRelative, share);
}

/** Describes for people what a quantization costs, and what is computed in bytes. */
export function costLines(form: QuantizationForm, { accuracy, integers }: QuantizationCost): string[] {
  const costs =
    accuracy.length === 0
      ? [`What ${form} costs in accuracy was not measured: the model has no golden examples of numbers.`]
      : [
          `What ${form} costs in accuracy, on ${integers?.examples ? plural(integers.examples, 'example') : 'the golden examples'}:`,
          ...describeDifferences(accuracy).map((line) => `  ${line}`),
        ];
  return integers === undefined ? costs : [...integerLines(integers), ...costs];
}

function integerLines({ inBytes, rowsInBytes, weightsInBytes, inFloats }: IntegerCost): string[] {
  const reasons = new Map<string, string[]>();
  for (const { layer, reason } of inFloats) reasons.set(reason, [...(reasons.get(reason) ?? []), layer]);
  return [
    `Computed in bytes: ${plural(inBytes.length, 'convolution')} and ${plural(rowsInBytes.length, 'product')}; in floats: ${plural(inFloats.length, 'convolution')}, and ${plural(weightsInBytes.length, 'product')} with weights in bytes.`,
    ...[...reasons].map(([reason, layers]) => `  ${named(layers)}: ${reason}`),
  ];
}

/** Names the first of some layers. */
function named([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
