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
