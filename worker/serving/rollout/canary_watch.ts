import type { Trial } from '../../registry/pointer/pointer.ts';
import { type CanaryClient, CanaryWindow } from './canary_window.ts';
import { routingFraction } from './routing.ts';

export type { CanaryClient } from './canary_window.ts';

export interface CanaryLimits {
  /** The largest share of its recent requests, 0 to 1, that a canary may fail. */
  readonly maxFailures: number;
  /** Nothing is decided on fewer requests. */
  readonly minRequests: number;
  /** What fewer clients see fail decides nothing. */
  readonly minClients: number;
}

/** A canary that an isolate has given up, and on what grounds. */
export interface CanaryAbort {
  readonly version: string;
  /** Of the change that began the canary, or moved its share, and that this abort is about. */
  readonly generation: number;
  readonly requests: number;
  readonly failures: number;
  /** How many clients saw it fail. */
  readonly clients: number;
  /** Tells the client that saw the last failure from most others, and does not identify it. */
  readonly clientMark: number;
  /** The last failure. */
  readonly reason: string;
}

/** So many times the least number of requests are looked at: recent requests matter. */
const WINDOW = 10;
const LONGEST_WINDOW = 2000;
/** How many marks there are: few enough that each is shared by thousands of addresses. */
const MARKS = 65_536;

interface Tally {
  readonly generation: number;
  /** Undefined once the canary was given up. */
  window: CanaryWindow | undefined;
}

/**
 * Counts how one isolate's canaries do, and gives up those that fail too often. A later change of the canary's share
 * means that it is to be tried again, so a later generation starts anew.
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
    return tally !== undefined && tally.window === undefined && tally.generation === generation;
  }

  answered(model: string, canary: Trial, client: CanaryClient): void {
    this.#tallyOf(model, canary)?.window?.add(client, false);
  }

  /** `broke`: the failure took the whole runtime along, which is one too many for this isolate. */
  failed(model: string, canary: Trial, client: CanaryClient, reason: string, broke: boolean): void {
    const tally = this.#tallyOf(model, canary);
    const window = tally?.window;
    if (tally === undefined || window === undefined) return;
    window.add(client, true);
    const failures = window.failuresByClient();
    if (!broke && !this.#isTooMuch(window.requests, failures)) return;
    tally.window = undefined;
    this.#onAbort(model, {
      version: canary.version,
      generation: canary.generation,
      requests: window.requests,
      failures: sum(failures),
      clients: failures.length,
      clientMark: Math.floor(routingFraction(model, client.network) * MARKS),
      reason,
    });
  }

  /**
   * Fewer than the least number of clients never decide: whatever they send, the others must have seen the canary
   * fail too often by themselves. So the failures of those that saw the most are left out, of one client less than
   * that number.
   */
  #isTooMuch(requests: number, failures: readonly number[]): boolean {
    const { maxFailures, minRequests, minClients } = this.#limits;
    if (requests < minRequests) return false;
    const leftOut = sum(failures.slice(0, minClients - 1));
    const remaining = sum(failures) - leftOut;
    return remaining > 0 && remaining / (requests - leftOut) > maxFailures;
  }

  /** Undefined where another canary has taken its place. */
  #tallyOf(model: string, { generation }: Trial): Tally | undefined {
    const tally = this.#tallies.get(model);
    if (tally !== undefined && tally.generation >= generation) {
      return tally.generation === generation ? tally : undefined;
    }
    const { minRequests, minClients } = this.#limits;
    const length = Math.max(minRequests, Math.min(WINDOW * minRequests, LONGEST_WINDOW));
    const begun = { generation, window: new CanaryWindow(length, Math.ceil(length / minClients)) };
    this.#tallies.set(model, begun);
    return begun;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
