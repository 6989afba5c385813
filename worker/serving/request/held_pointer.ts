import { type PointerStates, statesOf } from '../../registry/pointer/moment.ts';
import type { Pointer } from '../../registry/pointer/pointer.ts';

/** The pointer document that an isolate has read last. */
export class HeldPointer {
  readonly etag: string;
  /** The generation of the state after the document's last change. */
  readonly generation: number;
  readonly #states: PointerStates;
  /** The start of the read that confirmed the document: it was current at that time or later. */
  #confirmedAt: number;
  /**
   * True once the state after the last change was used: a clock that is set back must not bring the earlier state back.
   */
  #hasPassed = false;

  /** @param uploaded the time of the write by storage's clock, if it is known */
  constructor(pointer: Pointer, etag: string, uploaded: Date | undefined, confirmedAt: number) {
    this.etag = etag;
    this.generation = pointer.generation;
    this.#states = statesOf(pointer, uploaded);
    this.#confirmedAt = confirmedAt;
  }

  /** The lease that the state permits, in milliseconds. */
  get leaseMs(): number {
    return this.#states.leaseMs;
  }

  /**
   * Returns the state that is in effect at a time of this isolate's clock. The moment is a time of storage's clock, and
   * the two clocks may differ by the skew.
   */
  stateAt(now: number): Pointer {
    const { before, after, moment } = this.#states;
    if (before === undefined || this.#hasPassed) return after;
    if (now < moment) return before;
    this.#hasPassed = true;
    return after;
  }

  /** Puts the last change into effect, whatever the clock says. */
  pass(): void {
    this.#hasPassed = true;
  }

  /** The state after the last change, whether it has taken effect or not. */
  get latest(): Pointer {
    return this.#states.after;
  }

  /** Returns the time until the last change takes effect, in milliseconds. 0 if it has taken effect. */
  pendingFor(now: number): number {
    const { before, moment } = this.#states;
    return before === undefined || this.#hasPassed ? 0 : Math.max(0, moment - now);
  }

  /** Returns the milliseconds since the confirming read began, or infinity if the clock was set back since then. */
  age(now: number): number {
    const age = now - this.#confirmedAt;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  }

  /**
   * Replaces the pointer that was held before. If both are the same document, a change that has taken effect stays in
   * effect.
   */
  takeOver(earlier: HeldPointer): void {
    if (earlier.generation !== this.generation) return;
    if (earlier.#states.before === undefined || earlier.#hasPassed) this.#hasPassed = true;
    this.confirm(earlier.#confirmedAt);
  }

  confirm(began: number): void {
    if (this.#confirmedAt < began) this.#confirmedAt = began;
  }
}
