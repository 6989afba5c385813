import type { Servable } from './servable.ts';

/** How a load ended. */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly servable: Servable }
  | FailedOutcome
  /** Given up for a reason that is not the version's own. */
  | { readonly kind: 'abandoned' };

export type FailedOutcome =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** It had no room beside what serves; in the place of that it may have. */
      readonly noRoomBeside?: true;
    };

/** Why a version could not be loaded. */
export function reasonOf(outcome: FailedOutcome): string {
  return outcome.kind === 'missing' ? 'it has no manifest' : outcome.reason;
}

/** A candidate does not wait for room: what serves will stay. */
export function noRoomBeside(bytes: number, budgetBytes: number): FailedOutcome {
  return {
    kind: 'failed',
    reason:
      `it needs about ${megabytes(bytes)} MB beside what serves, ` +
      `and MEMORY_BUDGET_MB is ${megabytes(budgetBytes)}; a version takes the place of another when it is flipped to`,
    noRoomBeside: true,
  };
}

/** Whether a failure is none to who may take the place of what serves. */
export function isOvercome(outcome: FailedOutcome, beside: boolean): boolean {
  return !beside && outcome.kind === 'failed' && outcome.noRoomBeside === true;
}

export function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
