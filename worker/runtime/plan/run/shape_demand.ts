import type { NamedTensors } from '../../../model/tensor.ts';
import { RequestShape } from '../record/request_shape.ts';

/** The number of shapes without a plan that are counted at a time. */
const MOST_CANDIDATES = 8;
/** The requests that a shape needs before it replaces another shape's plan. */
const ASKED_BEFORE_REPLACING = 3;
/** All counts are halved after this many requests, so that recent requests count for more. */
const HALF_LIFE = 1024;

/** A shape and the number of its requests. */
export interface Demand {
  readonly shape: RequestShape;
  asked: number;
}

/**
 * Counts the requests of each shape, so that a shape replaces a plan only if it is requested more often. A client that
 * keeps changing shapes cannot displace plans: it would have to send more requests than all others.
 */
export class ShapeDemand {
  /** The counted shapes without a plan. */
  #candidates: Demand[] = [];
  #requests = 0;

  /** Counts a request of a shape that has an entry. */
  note(demand: Demand, all: readonly Demand[]): void {
    demand.asked++;
    this.#count(all);
  }

  /**
   * Counts a request of a shape without an entry.
   *
   * @param least the requests of the shape that would be replaced
   * @returns true if the shape should replace it
   */
  isWorthReplacing(
    inputs: NamedTensors,
    outputs: readonly string[],
    least: number,
    all: readonly Demand[],
  ): boolean {
    this.#count(all);
    const asked = this.#asked(inputs, outputs);
    return asked >= ASKED_BEFORE_REPLACING && asked > least;
  }

  /** Returns the number of the shape's requests and stops counting it here. */
  take(inputs: NamedTensors, outputs: readonly string[]): number {
    const index = this.#candidates.findIndex(({ shape }) => shape.matches(inputs, outputs));
    const [candidate] = index < 0 ? [] : this.#candidates.splice(index, 1);
    return candidate?.asked ?? 1;
  }

  /** Counts with the algorithm of Misra and Gries: a shape with more than one of nine requests is never lost. */
  #asked(inputs: NamedTensors, outputs: readonly string[]): number {
    const known = this.#candidates.find(({ shape }) => shape.matches(inputs, outputs));
    if (known !== undefined) return ++known.asked;
    if (this.#candidates.length < MOST_CANDIDATES) {
      this.#candidates.push({ shape: new RequestShape(inputs, outputs), asked: 1 });
      return 1;
    }
    for (const candidate of this.#candidates) candidate.asked--;
    this.#candidates = this.#candidates.filter(({ asked }) => asked > 0);
    return 0;
  }

  #count(all: readonly Demand[]): void {
    if (++this.#requests < HALF_LIFE) return;
    this.#requests = 0;
    for (const demand of [...all, ...this.#candidates]) demand.asked >>= 1;
  }
}
