import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MUTATED_RULES } from './model/mutated_rules.ts';
import type { Mutation } from './model/mutation.ts';
import { answersOf, broken, isKeptIn, PROMISES } from './model/promises.ts';
import { type Schedule, schedules, type Worlds } from './model/schedule.ts';
import { type Observations, observe } from './model/simulated_world.ts';

/** The number of simulated worlds, which FUZZ_CASES can increase. */
const CASES = Math.ceil(Number(process.env.FUZZ_CASES ?? 3000) / 5);

/** The number of worlds in which a removed rule must cause a fault. The hardest rule needs some hundreds. */
const MUTATED_CASES = 10_000;

/** The limit for a checker that hangs, in milliseconds. Changes of a whole day may be drawn. */
const TIMEOUT = 3_600_000;

test('every promise is kept in every world whose clocks differ by no more than the allowance', {
  timeout: TIMEOUT,
}, async () => {
  const seen = { answers: 0, stale: 0, acknowledgments: 0, keptMoments: 0, deaths: 0 };
  await fc.assert(
    fc.asyncProperty(schedules(), async (schedule) => {
      const observations = await observe(schedule);
      expect(broken(observations)).toEqual({});
      count(seen, schedule, observations);
    }),
    { numRuns: CASES },
  );
  // Most answers must not be stale, or the check would see little.
  expect(seen.stale).toBeLessThan(seen.answers / 2);
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(CASES / 10);
});

test('clocks beyond it keep isolates apart by the excess, and old answers coming for no longer', {
  timeout: TIMEOUT,
}, async () => {
  await fc.assert(
    fc.asyncProperty(schedules(BEYOND), async (schedule) => {
      expect(broken(await observe(schedule))).toEqual({});
    }),
    { numRuns: CASES },
  );
});

const BEYOND: Worlds = { excess: 4, emergencies: false };

test.each(['together', 'nothingOldAfterAcknowledgment'] as const)(
  'clocks beyond the allowance break a promise: %s',
  async (promise) => {
    // As if the clocks were within the allowance.
    const found = await firstFault(promise, BEYOND, {}, (observations) => ({
      ...observations,
      skewMs: observations.skewMs - observations.excessMs,
      excessMs: 0,
    }));
    expect(found).toBeDefined();
  },
);

test.each(MUTATED_RULES)(
  'a world breaks a promise without this rule: $rule',
  async ({ breaks, mutation }) => {
    expect(await firstFault(breaks, {}, mutation)).toBeDefined();
  },
);

/** The first broken promise that is found; undefined if all are kept. */
async function firstFault(
  promise: keyof typeof PROMISES,
  worlds: Worlds,
  mutation: Mutation,
  view = (observations: Observations) => observations,
): Promise<string | undefined> {
  let fault: string | undefined;
  const result = await fc.check(
    fc.asyncProperty(schedules(worlds), async (schedule) => {
      [fault] = PROMISES[promise](view(await observe(schedule, mutation)));
      return fault === undefined;
    }),
    { numRuns: MUTATED_CASES, endOnFailure: true },
  );
  if (result.failed && fault === undefined) throw result.errorInstance;
  return fault;
}

function count(
  seen: Record<'answers' | 'stale' | 'acknowledgments' | 'keptMoments' | 'deaths', number>,
  { publishers }: Schedule,
  observations: Observations,
): void {
  const answers = answersOf(observations);
  seen.answers += answers.length;
  seen.stale += answers.filter(({ isStale }) => isStale).length;
  seen.acknowledgments += observations.happenings.filter(({ kind }) => kind === 'acknowledged').length;
  seen.keptMoments += observations.documents.filter(isKeptIn(observations)).length;
  seen.deaths += publishers.filter(({ dies }) => dies !== undefined).length;
}
