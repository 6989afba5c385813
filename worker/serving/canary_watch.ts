import type { Trial } from '../registry/pointer.ts';

export interface CanaryLimits {
  /** The largest share of its recent requests, 0 to 1, that a canary may fail. */
  readonly maxFailures: number;
  /** Nothing is decided on fewer requests. */
  readonly minRequests: number;
}

/** A canary that an isolate has given up, and on what grounds. */
export interface CanaryAbort {
  readonly version: string;
  /** Of the change that began the canary, or moved its share, and that this abort is about. */
  readonly generation: number;
  readonly requests: number;
  readonly failures: number;
  /** The last failure. */
  readonly reason: string;
}

/** After so many times the least number of requests, what was counted weighs half: recent requests matter. */
const WINDOW = 10;

interface Tally {
  readonly generation: number;
  requests: number;
  failures: number;
  aborted: boolean;
}

/**
 * Counts how one isolate's canaries do, and gives up those that fail too often. Whoever changes the canary's share
 * afterwards means it to be tried again, so a later generation starts anew.
 */
export class CanaryWatch {
  readonly #limits: CanaryLimits;
  readonly #onAbort: (model: string, abort: CanaryAbort) => void;
  readonly #tallies = new Map<string, Tally>();

  constructor(limits: CanaryLimits, onAbort: (model: string, abort: CanaryAbort) => void) {
    this.#limits = limits;
    this.#onAbort = onAbort;
  }

  isAborted(model: string, { generation }: Trial): boolean {
    const tally = this.#tallies.get(model);
    return tally?.aborted === true && tally.generation === generation;
  }

  answered(model: string, canary: Trial): void {
    this.#count(model, canary);
  }

  /** `broke`: the failure took the whole runtime along, which is one too many. */
  failed(model: string, canary: Trial, reason: string, broke: boolean): void {
    const tally = this.#count(model, canary);
    if (tally === undefined) return;
    tally.failures++;
    const { requests, failures } = tally;
    const { maxFailures, minRequests } = this.#limits;
    if (!broke && (requests < minRequests || failures / requests <= maxFailures)) return;
    tally.aborted = true;
    const { version, generation } = canary;
    this.#onAbort(model, { version, generation, requests, failures, reason });
  }

  /** Undefined where there is nothing to count any more: it was given up, or another has taken its place. */
  #count(model: string, { generation }: Trial): Tally | undefined {
    let tally = this.#tallies.get(model);
    if (tally === undefined || tally.generation < generation) {
      tally = { generation, requests: 0, failures: 0, aborted: false };
      this.#tallies.set(model, tally);
    }
    if (tally.generation !== generation || tally.aborted) return undefined;
    if (tally.requests >= WINDOW * this.#limits.minRequests) {
      tally.requests /= 2;
      tally.failures /= 2;
    }
    tally.requests++;
    return tally;
  }
}
