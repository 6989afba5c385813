import type { BufferId } from '../../ir/buffers.ts';
import { isPrivate, partsOf, replaceParts } from '../../ir/data_flow.ts';
import { type FunctionStep, functionStep } from '../../ir/function_step.ts';
import type { Step } from '../../ir/step.ts';
import { type Uses, usesOf } from '../../ir/uses.ts';
import type { LayerNormParameters } from './algebra.ts';
import { type ConstantValues, LayerNormMatcher, type RowMeans, rowMeansOf } from './match_layer_norm.ts';

interface Found extends LayerNormParameters {
  /** The indices of the fused steps. The last one computes the result. */
  readonly parts: readonly number[];
  readonly result: BufferId;
}

/**
 * Fuses the pieces of each layer normalization into one step: (x - mean) / sqrt(variance + epsilon) over each row, with
 * an optional constant gain and offset along the row. The pieces may come in any order. Only if no other step reads the
 * intermediate values. The result is equal except for rounding.
 */
export function fuseLayerNorms(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  constants: ConstantValues,
): Step[] {
  const uses = usesOf(steps, outputs);
  const replacements = steps.flatMap((step, index) => {
    const of = rowMeansOf(step);
    const found = of && find(steps, index, of, uses, new LayerNormMatcher(of, bufferBytes, constants));
    return of && found ? [{ parts: found.parts, by: together(of, found) }] : [];
  });
  return replaceParts(steps, replacements);
}

function find(
  steps: readonly Step[],
  start: number,
  of: RowMeans,
  uses: Uses,
  forms: LayerNormMatcher,
): Found | undefined {
  if (!forms.isWhole(of.x, 'element') || !forms.isWhole(of.means, 'row')) return undefined;
  if (uses.writers.get(of.x)?.some((writer) => writer > start)) return undefined;
  const candidates: Found[] = [];
  for (let index = start + 1; index < steps.length; index++) {
    const step = steps[index];
    // A step that reads none of its values is not part of it.
    const result = step?.reads.some((buffer) => forms.has(buffer)) ? forms.follow(step) : undefined;
    const form = result === undefined ? undefined : forms.normalized(result);
    if (result !== undefined && form !== undefined) {
      const parts = partsOf(steps, result, of.x, uses);
      if (isPrivate(steps, parts, result, uses)) candidates.push({ ...form, parts, result });
    }
  }
  // The last candidate includes the gain and the offset.
  return candidates.at(-1);
}

function together({ x, rows, width }: RowMeans, { gamma, beta, epsilon, result }: Found): FunctionStep {
  return functionStep('layer_norm', {
    x: { buffer: x, offset: 0 },
    gamma,
    beta,
    y: { buffer: result, offset: 0 },
    rows,
    width,
    epsilon,
  });
}
