import type { Edge } from '../fixtures/edge/edge.ts';
import { flipToPrevious } from '../fixtures/models/flip_to_previous.ts';
import { changeRecord } from '../fixtures/models/publish_directory.ts';
import { changeUnderLoad, type LoadOptions, type LoadReport, publishVersions } from './flips_under_load.ts';
import type { Mode } from './modes.ts';

/**
 * Publishes the versions and flips until every isolate has loaded both and the pointer has its lease.
 *
 * @returns the generation of the pointer
 */
export async function warmUp(edge: Edge, mode: Mode): Promise<number> {
  await publishVersions(edge.store);
  const report = await runFlips(edge, mode, 3);
  const [wrong] = report.wrong;
  if (wrong !== undefined) throw new Error(`an answer was wrong at once: ${wrong.kind}: ${wrong.detail}`);
  return Math.max(...report.firsts.keys());
}

/** Makes a number of flips under load. Before each one, every client must have been answered since the last flip. */
export function runFlips(
  edge: Edge,
  { lease }: Mode,
  count: number,
  options: Pick<LoadOptions, 'pauseMs'> = {},
): Promise<LoadReport> {
  return changeUnderLoad(
    edge,
    async ({ everyoneAnswered, apply }) => {
      for (let flip = 0; flip < count; flip++) {
        await everyoneAnswered();
        await apply(flipToPrevious(changeRecord()));
      }
      await everyoneAnswered(2);
    },
    { lease, ...options },
  );
}
