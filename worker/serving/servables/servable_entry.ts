import type { FailedOutcome, LoadOutcome } from './load_outcome.ts';
import type { LoadControl } from './load_task.ts';
import type { Servable } from './servable.ts';

/** What the manager keeps of a version that it has to do with. */
export type ServableEntry = Loading | Ready | Failed;

export interface Loading {
  readonly kind: 'loading';
  readonly control: LoadControl;
  readonly outcome: Promise<LoadOutcome>;
  /** Reserved in the budget; 0 until the manifest was read and room was made. */
  bytes: number;
  /** What the load before this one ended with. */
  readonly after: Failed | undefined;
  readonly beside: boolean;
  /** A client asked for it by its number or a label, and no pointer has it serve. */
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
