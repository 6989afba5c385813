import type { Settings } from '../../settings.ts';

/** The number of batches in a row that must be no faster than the earlier ones. Then all code is compiled. */
const STEADY_BATCHES = 5;
/** A batch is faster if its time is below this part of the best one. */
const FASTER = 0.95;
/** The maximum warmup as a multiple of `warmupMs`, because an engine on a busy machine may never be steady. */
const LONGEST_WARMUP = 10;

/**
 * Finds the number of runs that take as long as a round should, while code is compiled.
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
    // A batch that is too short for the clock says nothing about the speed.
    if (!isLong || milliseconds / runs < FASTER * best) steady = 0;
    else steady++;
    if (isLong) best = Math.min(best, milliseconds / runs);
    const isSteady = steady >= STEADY_BATCHES && spent >= warmupMs;
    if (isSteady || (isLong && spent >= LONGEST_WARMUP * warmupMs)) return wanted;
    // A small network may take less time than the clock can measure, so the number of runs grows in steps.
    runs = Math.min(wanted, 10 * runs);
  }
}
