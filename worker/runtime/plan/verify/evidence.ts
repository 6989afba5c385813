import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { fingerprint } from './fingerprint.ts';

/** So many answers, each different, have to agree before a plan answers. */
const REQUIRED = 2;

/** Of an output's elements, at least one in so many has to differ from the others. */
const DIFFERING = 64;

/**
 * What the answers that agreed tell about each output. An answer that is not finite, or the same everywhere, or one
 * that was seen before tells nothing: a plan that computes something else could give it too.
 */
export class Evidence {
  readonly #seen = new Map<string, Set<number>>();

  /** Notes outputs that a plan and the executor agreed on. */
  add(outputs: NamedTensors): void {
    for (const [name, value] of outputs) {
      if (!isInformative(value)) continue;
      const seen = this.#seen.get(name) ?? new Set();
      this.#seen.set(name, seen);
      if (seen.size < REQUIRED) seen.add(fingerprint(value));
    }
  }

  /** Whether it is enough for each of these outputs. */
  isEnough(outputs: readonly string[]): boolean {
    return outputs.every((name) => (this.#seen.get(name)?.size ?? 0) >= REQUIRED);
  }
}

/** Whether values are finite and not all alike, as far as there are several. */
export function isInformative(value: TensorValue): boolean {
  if (value.dtype === 'string') return false;
  const { values } = value;
  // No list is made of the values: there may be millions.
  let first: number | undefined;
  let last: number | undefined;
  for (let index = 0; index < values.length; index++) {
    const each = values[index];
    if (!Number.isFinite(each)) continue;
    first ??= each;
    last = each;
  }
  if (first === undefined) return false;
  if (values.length === 1) return true;
  let differFromFirst = 0;
  let differFromLast = 0;
  for (let index = 0; index < values.length; index++) {
    const each = values[index] ?? Number.NaN;
    if (!Number.isFinite(each)) continue;
    if (each !== first) differFromFirst += 1;
    if (each !== last) differFromLast += 1;
  }
  // An odd one out may be the first or the last itself, and is not both.
  const differing = Math.min(differFromFirst, differFromLast);
  return differing >= Math.max(1, Math.floor(values.length / DIFFERING));
}
