import type { Servable } from './servable.ts';

/** The result of a load. */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly servable: Servable }
  | FailedOutcome
  /** Abandoned for a reason unrelated to the version. */
  | { readonly kind: 'abandoned' };

export type FailedOutcome =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The version did not fit next to the serving versions. It may fit if it may evict them. */
      readonly noMemoryWhileServing?: true;
    };

/** Returns why a version could not be loaded. */
export function reasonOf(outcome: FailedOutcome): string {
  return outcome.kind === 'missing' ? 'it has no manifest' : outcome.reason;
}

/** A candidate does not wait for memory, since the serving versions stay. */
export function noMemoryWhileServing(bytes: number, budgetBytes: number): FailedOutcome {
  return {
    kind: 'failed',
    reason:
      `it needs about ${megabytes(bytes)} MB next to the serving versions, ` +
      `and MEMORY_BUDGET_MB is ${megabytes(budgetBytes)}; a flip to the version may evict others`,
    noMemoryWhileServing: true,
  };
}

/** True if this failure does not apply to a caller that may evict serving versions. */
export function isIgnorableWhenEvicting(outcome: FailedOutcome, keepServing: boolean): boolean {
  return !keepServing && outcome.kind === 'failed' && outcome.noMemoryWhileServing === true;
}

export function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
