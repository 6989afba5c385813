import type { Released, ServableHandle, ServableView } from '../api.ts';
import type { Attempt, Ending } from './version_server.ts';

/** The handle of an attempt. It gives the servable back once, however the computation ends. */
export class AttemptHandle implements ServableHandle {
  readonly kind = 'acquired';
  readonly servable: ServableView;
  readonly #attempt: Attempt;
  readonly #settle: (ending: Ending) => Promise<Released>;
  readonly #isReady: (model: string, version: string) => boolean;

  /**
   * @param isReady whether a version is in memory
   * @param settle judges the computation once the servable was given back
   */
  constructor(
    attempt: Attempt,
    isReady: (model: string, version: string) => boolean,
    settle: (ending: Ending) => Promise<Released>,
  ) {
    this.#attempt = attempt;
    this.#isReady = isReady;
    this.#settle = settle;
    this.servable = attempt.observed ?? attempt.servable;
  }

  release(): Promise<Released> {
    return this.#end(undefined);
  }

  fail(error: unknown): Promise<Released> {
    return this.#end({ error });
  }

  #end(thrown: Ending['thrown']): Promise<Released> {
    const { servable } = this.#attempt;
    const broke = !this.#isReady(servable.model, servable.version);
    servable.release();
    return this.#settle({ thrown, broke });
  }
}
