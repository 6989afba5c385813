import { type PointerStates, statesOf } from '../../registry/pointer/moment.ts';
import type { Pointer } from '../../registry/pointer/pointer.ts';

/** A pointer as an isolate has read it last. */
export class HeldPointer {
  readonly etag: string;
  /** Of the document: of the state after its last change. */
  readonly generation: number;
  readonly #states: PointerStates;
  /** When the read that confirmed it began: it was current then or later. */
  #confirmedAt: number;
  /** Once the state after was answered by, a clock that is set back does not bring the state before back. */
  #hasPassed = false;

  /** @param uploaded when it was written, by the clock of storage, if that is known */
  constructor(pointer: Pointer, etag: string, uploaded: Date | undefined, confirmedAt: number) {
    this.etag = etag;
    this.generation = pointer.generation;
    this.#states = statesOf(pointer, uploaded);
    this.#confirmedAt = confirmedAt;
  }

  /** Milliseconds. */
  get leaseMs(): number {
    return this.#states.leaseMs;
  }

  /** The state that holds at a time. The moment is storage's, the time is this isolate's: they may differ by the skew. */
  stateAt(now: number): Pointer {
    const { before, after, moment } = this.#states;
    if (before === undefined || this.#hasPassed) return after;
    if (now < moment) return before;
    this.#hasPassed = true;
    return after;
  }

  /** The moment has passed, whatever the clock says. */
  pass(): void {
    this.#hasPassed = true;
  }

  /** The state after the last change, whether it has taken effect or not. */
  get latest(): Pointer {
    return this.#states.after;
  }

  /** How long it takes until the last change takes effect, in milliseconds; 0 where it has. */
  pendingFor(now: number): number {
    const { before, moment } = this.#states;
    return before === undefined || this.#hasPassed ? 0 : Math.max(0, moment - now);
  }

  /** Time since the confirming read began; a clock that was set back makes it as old as can be. */
  age(now: number): number {
    const age = now - this.#confirmedAt;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  }

  /** Takes the place of what was held. If that was the same document, the state that it has answered by stays. */
  takeOver(earlier: HeldPointer): void {
    if (earlier.generation !== this.generation) return;
    if (earlier.#states.before === undefined || earlier.#hasPassed) this.#hasPassed = true;
    this.confirm(earlier.#confirmedAt);
  }

  confirm(began: number): void {
    if (this.#confirmedAt < began) this.#confirmedAt = began;
  }
}
