import type { Pointer } from '../../../../worker/registry/pointer/pointer.ts';
import type { ObjectStore } from '../../../../worker/registry/storage/object_store.ts';
import { PointerSource, pointerReader } from '../../../../worker/serving/request/pointer_source.ts';
import type { IsolatePlan } from './schedule.ts';
import { pass, trueTime } from './virtual_time.ts';

/** The answer to a request. Times are true times in milliseconds. */
export interface Answer {
  readonly isolate: number;
  readonly startedAt: number;
  /** The time at which its version was chosen. */
  readonly decidedAt: number;
  readonly generation: number;
  readonly current: string;
  /** True if the pointer could not be read, which the answer reports. */
  readonly isStale: boolean;
}

/** A mutation adds multiples of it to the generations that an isolate reads, so that their order is lost. */
export const READING = 1000;

/** An isolate with a skewed clock and a connection to storage. */
export class SimulatedIsolate {
  readonly #index: number;
  readonly #model: string;
  readonly #source: PointerSource;

  /** @param skewMs the largest skew of its clock */
  constructor(
    index: number,
    model: string,
    store: ObjectStore,
    plan: IsolatePlan,
    skewMs: number,
    sleep = pass,
  ) {
    this.#index = index;
    this.#model = model;
    const began = trueTime();
    this.#source = new PointerSource(pointerReader(store), {
      leaseLimitMs: plan.leaseLimit,
      timeoutMs: 2_000,
      now: () => {
        const time = trueTime();
        const step = Math.floor((time - began) / plan.skewLasts) % plan.skews.length;
        return time + (plan.skews[step] ?? 0) * skewMs;
      },
      sleep,
      onPointer: () => {},
    });
  }

  /** Chooses the version of a request as the server does. Undefined if no pointer is known. */
  async ask(minimumGeneration?: number): Promise<Answer | undefined> {
    const startedAt = trueTime();
    const answer = ({ generation, current }: Pointer, isStale: boolean): Answer => ({
      isolate: this.#index,
      startedAt,
      decidedAt: trueTime(),
      generation: generation % READING,
      current,
      isStale,
    });
    const leased = this.#source.leased(this.#model, { minimumGeneration });
    this.#source.readAhead(this.#model, { waitUntil: () => {} });
    if (leased !== undefined) return answer(leased, false);
    const check = await this.#source.check(this.#model, { minimumGeneration });
    if (check.kind === 'missing' || check.kind === 'unreadable') return undefined;
    return answer(check.pointer, check.kind === 'stale');
  }
}
