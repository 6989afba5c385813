import type { NormalForm } from './normal_form.ts';
import { type ConstantValues, RowForms, type RowMeans, rowMeansOf } from './row_forms.ts';
import type { BufferId, FunctionStep, Step } from './step.ts';
import { type Uses, usesOf } from './step_arguments.ts';

interface Found extends NormalForm {
  /** Indices of the steps that become one, the one that computes the result last. */
  readonly parts: readonly number[];
  readonly result: BufferId;
}

/**
 * Makes layer normalisations, which graphs have in pieces, one step each: x less the mean of its row, over the root
 * of its row's variance plus a constant, with a constant gain and offset along the row or without. In whichever order
 * the pieces come, and only where nobody else sees what they compute on the way. Equal but for rounding.
 */
export function fuseNormalisations(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  constants: ConstantValues,
): Step[] {
  const uses = usesOf(steps, outputs);
  const changed = new Map<number, Step | undefined>();
  for (const [index, step] of steps.entries()) {
    const of = rowMeansOf(step);
    const found = of && find(steps, index, of, uses, new RowForms(of, bufferBytes, constants));
    if (of === undefined || found === undefined) continue;
    for (const part of found.parts) changed.set(part, undefined);
    changed.set(found.parts.at(-1) ?? index, together(of, found));
  }
  return steps.flatMap((step, index) => (changed.has(index) ? (changed.get(index) ?? []) : step));
}

function find(
  steps: readonly Step[],
  start: number,
  of: RowMeans,
  uses: Uses,
  forms: RowForms,
): Found | undefined {
  const writersOf = (buffer: BufferId): readonly number[] => uses.writers.get(buffer) ?? [];
  if (!forms.isWhole(of.x, 'element') || !forms.isWhole(of.means, 'row')) return undefined;
  if (writersOf(of.x).some((writer) => writer > start)) return undefined;
  const candidates: Found[] = [];
  for (let index = start + 1; index < steps.length; index++) {
    const step = steps[index];
    // What reads nothing of it is no part of it.
    const result = step?.reads.some((buffer) => forms.has(buffer)) ? forms.follow(step) : undefined;
    const form = result === undefined ? undefined : forms.normalised(result);
    if (result !== undefined && form !== undefined) {
      const parts = partsOf(steps, result, of.x, writersOf);
      if (isPrivate(steps, parts, result, uses)) candidates.push({ ...form, parts, result });
    }
  }
  // The last one has the gain and the offset in it.
  return candidates.at(-1);
}

/** The steps between x and a result. */
function partsOf(
  steps: readonly Step[],
  result: BufferId,
  x: BufferId,
  writersOf: (buffer: BufferId) => readonly number[],
): number[] {
  const wanted = [result];
  const parts = new Set<number>();
  for (const buffer of wanted) {
    for (const writer of writersOf(buffer)) {
      if (parts.has(writer)) continue;
      parts.add(writer);
      wanted.push(...(steps[writer]?.reads.filter((read) => read !== x) ?? []));
    }
  }
  return [...parts].sort((a, b) => a - b);
}

/** Whether each of the buffers is written once, and read by these steps only, the result aside. */
function isPrivate(
  steps: readonly Step[],
  parts: readonly number[],
  result: BufferId,
  { readers, writers }: Uses,
): boolean {
  return parts.every((part) =>
    steps[part]?.writes.every(
      (buffer) =>
        writers.get(buffer)?.length === 1 &&
        (buffer === result || readers.get(buffer)?.every((reader) => parts.includes(reader))),
    ),
  );
}

function together({ x, rows, width }: RowMeans, { gamma, beta, epsilon, result }: Found): FunctionStep {
  return {
    kind: 'function',
    name: 'layer_norm',
    reads: [x],
    writes: [result],
    arguments: [{ buffer: x, offset: 0 }, gamma, beta, { buffer: result, offset: 0 }, rows, width, epsilon],
  };
}
