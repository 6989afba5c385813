import { setImmediate } from 'node:timers/promises';
import { Pool } from 'undici';
import { ask, type Requested } from './load.ts';

/** The maximum of concurrent requests. A server that needs more does not keep up. */
const CONNECTIONS = 64;

/**
 * Sends requests at a fixed rate, even if earlier ones are not answered yet.
 *
 * @returns each answer's time in milliseconds
 */
export async function pacedLoad(
  requested: Requested,
  { perSecond, milliseconds }: { readonly perSecond: number; readonly milliseconds: number },
): Promise<number[]> {
  const pool = new Pool(requested.url.origin, { connections: CONNECTIONS });
  const latencies: number[] = [];
  const answers: Promise<void>[] = [];
  const started = performance.now();
  const timed = async (): Promise<void> => {
    const sent = performance.now();
    await ask(pool, requested);
    latencies.push(performance.now() - sent);
  };
  for (let now = 0; now < milliseconds; now = performance.now() - started) {
    while (answers.length < (now / 1000) * perSecond) answers.push(timed());
    await setImmediate();
  }
  await Promise.all(answers);
  await pool.close();
  return latencies;
}
