import { vi } from 'vitest';

/** When a simulated world begins, by the clock of storage: milliseconds since 1970. */
const BEGINNING = Date.UTC(2030, 0, 1);

/** Milliseconds since 1970 by the clock of storage, which is the true time of a simulated world. */
export function trueTime(): number {
  return BEGINNING + performance.now();
}

/** Resolves after so many simulated milliseconds. */
export function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Runs a world in which time passes only when nothing else is left to do.
 *
 * @param operatorAheadMs by how much `Date.now()`, which stands for an operator's clock, differs from the true time
 */
export async function inVirtualTime(operatorAheadMs: number, world: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({
    now: BEGINNING + operatorAheadMs,
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
  });
  try {
    const state: { ending: { error?: unknown } | undefined } = { ending: undefined };
    world().then(
      () => {
        state.ending = {};
      },
      (error: unknown) => {
        state.ending = { error };
      },
    );
    for (;;) {
      await everythingElse();
      if (state.ending !== undefined) break;
      if (vi.getTimerCount() === 0) throw new Error('the simulated world came to a standstill');
      vi.advanceTimersToNextTimer();
    }
    if ('error' in state.ending) throw state.ending.error;
  } finally {
    vi.useRealTimers();
  }
}

/** Promises that are ready to go on do so before this resolves. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
