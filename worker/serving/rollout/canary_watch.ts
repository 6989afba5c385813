import type { Trial } from '../../registry/pointer/pointer.ts';
import { type CanaryClient, CanaryWindow } from './canary_window.ts';
import { routingFraction } from './routing_fraction.ts';

export type { CanaryClient } from './canary_window.ts';

export interface CanaryLimits {
  /** The largest share of failures among a canary's recent requests, 0 to 1. */
  readonly maxFailures: number;
  /** A canary is not aborted on fewer requests. */
  readonly minRequests: number;
  /** A canary is not aborted for failures of fewer clients. */
  readonly minClients: number;
}

/** A canary that an isolate has aborted, with the evidence. */
export interface CanaryAbort {
  readonly version: string;
  /** The generation of the change that began the canary or changed its share. */
  readonly generation: number;
  readonly requests: number;
  readonly failures: number;
  /** The number of clients that saw it fail. */
  readonly clients: number;
  /** Distinguishes the client of the last failure from most others without identifying it. */
  readonly clientMark: number;
  /** The last failure. */
  readonly reason: string;
}

/** The window holds this multiple of the least number of requests, since only recent requests matter. */
const WINDOW = 10;
const LONGEST_WINDOW = 2000;
/** The number of marks, small enough that thousands of addresses share each. */
const MARKS = 65_536;

interface Tally {
  readonly generation: number;
  /** Undefined after the canary was aborted. */
  window: CanaryWindow | undefined;
}

/**
 * Counts the failures of one isolate's canaries and aborts those that fail too often. A later change of the canary's
 * share means another attempt, so that a later generation starts anew.
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

  /**
   * Counts a failure. `broke`: the failure broke the whole runtime, after which the isolate aborts the canary at once.
   */
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
   * Fewer than the least number of clients cannot abort a canary, whatever they send: the other clients must have seen
   * it fail too often on their own. The failures of the clients with the most failures, one fewer than the least
   * number, are therefore not counted.
   */
  #isTooMuch(requests: number, failures: readonly number[]): boolean {
    const { maxFailures, minRequests, minClients } = this.#limits;
    if (requests < minRequests) return false;
    const leftOut = sum(failures.slice(0, minClients - 1));
    const remaining = sum(failures) - leftOut;
    return remaining > 0 && remaining / (requests - leftOut) > maxFailures;
  }

  /** Undefined if another canary has replaced it. */
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
