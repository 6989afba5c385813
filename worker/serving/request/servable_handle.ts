import type { Acquired, Released, ServableHandle, ServableView } from '../api.ts';
import type { Attempt } from './version_server.ts';

/** Judges an attempt once its servable was given back. */
export interface AttemptJudge {
  /** @param broke whether the version was gone after the computation: while in use, only a broken runtime takes it */
  answered(broke: boolean): Promise<Released>;
  /** @throws the error, if no other version answers in its place */
  threw(error: unknown, broke: boolean): Promise<Acquired>;
}

/** The handle of an attempt. It gives the servable back once, however the computation ends. */
export class AttemptHandle implements ServableHandle {
  readonly kind = 'acquired';
  readonly servable: ServableView;
  readonly #attempt: Attempt;
  readonly #isReady: (model: string, version: string) => boolean;
  readonly #judge: AttemptJudge;

  /** @param isReady whether a version is in memory */
  constructor(attempt: Attempt, isReady: (model: string, version: string) => boolean, judge: AttemptJudge) {
    this.#attempt = attempt;
    this.#isReady = isReady;
    this.#judge = judge;
    this.servable = attempt.observed ?? attempt.servable;
  }

  release(): Promise<Released> {
    return this.#judge.answered(this.#giveBack());
  }

  fail(error: unknown): Promise<Acquired> {
    return this.#judge.threw(error, this.#giveBack());
  }

  #giveBack(): boolean {
    const { servable } = this.#attempt;
    const broke = !this.#isReady(servable.model, servable.version);
    servable.release();
    return broke;
  }
}
