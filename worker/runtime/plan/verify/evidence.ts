import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { fingerprint } from './fingerprint.ts';

/** The number of different answers that must agree before a plan answers. */
const REQUIRED = 2;

/** At least one of this many elements of an output must differ from the others. */
const DIFFERING = 64;

/**
 * The evidence of agreeing answers for each output. An answer that is not finite, constant, or seen before is no
 * evidence: a wrong plan could return it too.
 */
export class Evidence {
  readonly #seen = new Map<string, Set<number>>();

  /** Records outputs for which a plan and the executor agreed. */
  add(outputs: NamedTensors): void {
    for (const [name, value] of outputs) {
      if (!isInformative(value)) continue;
      const seen = this.#seen.get(name) ?? new Set();
      this.#seen.set(name, seen);
      if (seen.size < REQUIRED) seen.add(fingerprint(value));
    }
  }

  /** True if the evidence suffices for each of these outputs. */
  isEnough(outputs: readonly string[]): boolean {
    return outputs.every((name) => (this.#seen.get(name)?.size ?? 0) >= REQUIRED);
  }
}

/** True if the values are finite and, if there are several, not all equal. */
export function isInformative(value: TensorValue): boolean {
  if (value.dtype === 'string') return false;
  const { values } = value;
  // Avoids a list of the values, of which there may be millions.
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
  // A single different element may be the first or the last one, but not both.
  const differing = Math.min(differFromFirst, differFromLast);
  return differing >= Math.max(1, Math.floor(values.length / DIFFERING));
}
