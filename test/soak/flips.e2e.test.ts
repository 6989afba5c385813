import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Edge } from '../fixtures/edge/edge.ts';
import { CLIENTS_PER_ISOLATE } from './flips_under_load.ts';
import { ISOLATES, MODE_NAMES, MODES, type ModeName, startEdgeIn } from './modes.ts';
import { runFlips, warmUp } from './run_flips.ts';
import { addReport, EMPTY_TALLY, isClean, spreadAt } from './tally.ts';

/** `npm run soak` makes any number of flips, without pauses. A flip with a moment takes at least half a second. */
const FLIPS: Readonly<Record<ModeName, number>> = { lease: 200, strict: 200, kv: 20 };
const PAUSE_MS = 4;

describe.each(MODE_NAMES)('flips of isolates that learn of them by %s', (name) => {
  const flips = FLIPS[name];
  let edge: Edge;
  let generation: number;
  beforeAll(async () => {
    edge = await startEdgeIn(MODES[name]);
    generation = await warmUp(edge, MODES[name]);
  });
  afterAll(() => edge.stop());

  test('fail no request, mix no versions, and leave nothing old after they are acknowledged', {
    timeout: 600_000,
  }, async () => {
    const report = await runFlips(edge, MODES[name], flips, { pauseMs: PAUSE_MS });
    const tally = addReport(EMPTY_TALLY, report, flips, generation + 1);
    expect(tally.examples).toEqual([]);
    expect(isClean(tally)).toBe(true);
    expect(tally.requests).toBeGreaterThanOrEqual(flips * ISOLATES * CLIENTS_PER_ISOLATE);
    // Every isolate has answered with every generation.
    expect(tally.spreads.reduce((sum, each) => sum + each, 0)).toBe(flips);
    console.log(
      `${name}: first answers of ${flips} flips ${spreadAt(tally, 0.5)} ms apart in the median, ${spreadAt(tally, 1)} at most`,
    );
  });
});
