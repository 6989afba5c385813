import type { FailedOutcome, LoadOutcome } from './load_outcome.ts';
import type { LoadTask } from './load_task.ts';
import type { Servable } from './servable.ts';

/** The manager's state of a version. */
export type ServableEntry = Loading | Ready | Failed;

export interface Loading {
  readonly kind: 'loading';
  readonly task: LoadTask;
  readonly outcome: Promise<LoadOutcome>;
  /** Reserved in the budget; 0 until the manifest was read and memory was admitted. */
  bytes: number;
  /** The failure of the previous load. */
  readonly after: Failed | undefined;
  readonly keepServing: boolean;
  /** A client requested it by number or label, and no pointer serves it. */
  readonly asked: boolean;
}
export interface Ready {
  readonly kind: 'ready';
  readonly servable: Servable;
  readonly bytes: number;
  lastUsed: number;
}
export interface Failed {
  readonly kind: 'failed';
  readonly outcome: FailedOutcome;
  readonly failures: number;
  readonly retryAt: number;
}
