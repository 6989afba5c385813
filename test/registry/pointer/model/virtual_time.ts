import { vi } from 'vitest';

/** The beginning of a simulated world by the clock of storage, in milliseconds since 1970. */
const BEGINNING = Date.UTC(2030, 0, 1);

/** Milliseconds since 1970 by the clock of storage, which is the true time of a simulated world. */
export function trueTime(): number {
  return BEGINNING + performance.now();
}

/** Resolves after a number of simulated milliseconds. */
export function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Runs a world in which time passes only if no other work is left.
 *
 * @param operatorAheadMs the difference between `Date.now()`, which stands for an operator's clock, and the true time
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

/** Resolves after all promises that are ready. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
