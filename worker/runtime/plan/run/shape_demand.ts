import type { NamedTensors } from '../../../model/tensor.ts';
import { RequestShape } from '../record/request_shape.ts';

/** Shapes without a plan that are counted at a time. */
const MOST_CANDIDATES = 8;
/** A shape has to be asked for this often before it takes the place of another's plan. */
const ASKED_BEFORE_REPLACING = 3;
/** After so many requests all counts are halved, so that what is asked for now counts for more. */
const HALF_LIFE = 1024;

/** A shape, and how often it was asked for. */
export interface Demand {
  readonly shape: RequestShape;
  asked: number;
}

/**
 * Counts the requests of each shape, so that only one that is asked for more often takes the place of a plan. A client
 * that asks ever other shapes takes nobody's plan: it would have to ask more often than everybody else.
 */
export class ShapeDemand {
  /** Those without a plan. */
  #candidates: Demand[] = [];
  #requests = 0;

  /** Notes a request of a shape that has a place. */
  note(demand: Demand, all: readonly Demand[]): void {
    demand.asked++;
    this.#count(all);
  }

  /**
   * Notes a request of a shape that has no place.
   *
   * @param least how often the one was asked for that would have to go
   * @returns whether it is worth the place of that
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

  /** How often it was asked for, which is not counted here any more. */
  take(inputs: NamedTensors, outputs: readonly string[]): number {
    const index = this.#candidates.findIndex(({ shape }) => shape.matches(inputs, outputs));
    const [candidate] = index < 0 ? [] : this.#candidates.splice(index, 1);
    return candidate?.asked ?? 1;
  }

  /** Counts as Misra and Gries do: what is asked for in more than one of nine requests is never lost. */
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
