import type { Settings } from '../settings.ts';

/** So many batches in a row that were no faster than those before: there is no more code to be compiled. */
const STEADY_BATCHES = 5;
/** What counts as faster. */
const FASTER = 0.95;
/** What runs on a busy machine may never be steady. */
const LONGEST_WARMUP = 10;

/**
 * How many runs take as long as a round should, found out while code is compiled.
 *
 * @param batch makes so many runs and answers how many milliseconds they took
 */
export async function warmUp(
  batch: (runs: number) => Promise<number>,
  { computeMs, warmupMs }: Pick<Settings, 'computeMs' | 'warmupMs'>,
): Promise<number> {
  let spent = 0;
  let best = Number.POSITIVE_INFINITY;
  let steady = 0;
  for (let runs = 1; ; ) {
    const milliseconds = await batch(runs);
    spent += milliseconds;
    const wanted = Math.max(1, Math.round((runs * computeMs) / Math.max(milliseconds, 1)));
    const isLong = milliseconds >= computeMs / 4;
    // What is too short for the clock says nothing of how fast it is.
    if (!isLong || milliseconds / runs < FASTER * best) steady = 0;
    else steady++;
    if (isLong) best = Math.min(best, milliseconds / runs);
    const isSteady = steady >= STEADY_BATCHES && spent >= warmupMs;
    if (isSteady || (isLong && spent >= LONGEST_WARMUP * warmupMs)) return wanted;
    // What is small may take less than the clock can tell: not too far at once.
    runs = Math.min(wanted, 10 * runs);
  }
}
