import * as v from 'valibot';
import { type LoadReport, spreadsOf } from './flips_under_load.ts';
import { ISOLATES } from './modes.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The results of the flips of one mode so far. */
export const TallySchema = v.strictObject({
  flips: count,
  requests: count,
  failed: count,
  mixed: count,
  stale: count,
  fallback: count,
  /**
   * The numbers of flips by spread. The nth number counts those with n milliseconds between the isolates' first
   * answers.
   */
  spreads: v.array(count),
  /** The first wrong answers, in words. */
  examples: v.array(v.string()),
});

export type Tally = v.InferOutput<typeof TallySchema>;

export const EMPTY_TALLY: Tally = {
  flips: 0,
  requests: 0,
  failed: 0,
  mixed: 0,
  stale: 0,
  fallback: 0,
  spreads: [],
  examples: [],
};

const MOST_EXAMPLES = 20;

/** The longest spread that is counted separately, in milliseconds. */
const LONGEST_SPREAD_MS = 9999;

/** Adds the report of further flips to a tally. @param sinceGeneration the generation of the first of these flips */
export function addReport(tally: Tally, report: LoadReport, flips: number, sinceGeneration: number): Tally {
  const of = (kind: string): number => report.wrong.filter((each) => each.kind === kind).length;
  const spreads = [...tally.spreads];
  for (const spread of spreadsOf(report, ISOLATES, sinceGeneration)) {
    const place = Math.min(LONGEST_SPREAD_MS, Math.round(spread));
    while (spreads.length <= place) spreads.push(0);
    spreads[place] = (spreads[place] ?? 0) + 1;
  }
  const details = report.wrong.map(({ kind, detail }) => `${kind}: ${detail}`);
  return {
    flips: tally.flips + flips,
    requests: tally.requests + report.requests,
    failed: tally.failed + of('failed'),
    mixed: tally.mixed + of('mixed'),
    stale: tally.stale + of('stale'),
    fallback: tally.fallback + of('fallback'),
    spreads,
    examples: [...tally.examples, ...details].slice(0, MOST_EXAMPLES),
  };
}

/** True if every answer was right. */
export function isClean({ failed, mixed, stale, fallback }: Tally): boolean {
  return failed + mixed + stale + fallback === 0;
}

/** The spread in milliseconds that this part of the flips did not exceed; undefined if none was measured. */
export function spreadAt({ spreads }: Tally, part: number): number | undefined {
  const wanted = spreads.reduce((sum, flips) => sum + flips, 0) * part;
  if (wanted === 0) return undefined;
  let seen = 0;
  for (const [milliseconds, flips] of spreads.entries()) {
    seen += flips;
    if (seen >= wanted) return milliseconds;
  }
  return undefined;
}
