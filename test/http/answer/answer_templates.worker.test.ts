import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerTemplates } from '../../../worker/http/answer/answer_templates.ts';
import type { AnsweredBy } from '../../../worker/serving/api.ts';
import { type PhaseName, Phases } from '../../../worker/serving/request/phases.ts';

const CONTENT = 'content-type: application/json\nx-more: 1';

/** Phases with the given durations; undefined for a phase that did not occur. */
function phasesOf(waits: Readonly<Partial<Record<PhaseName, number | undefined>>>): Phases {
  const clock = { now: 0 };
  const phases = new Phases(() => clock.now);
  for (const name of ['body', 'pointer', 'load', 'total'] as const) {
    const wait = waits[name];
    if (wait === undefined) continue;
    clock.now = wait;
    phases.end(name, 0);
  }
  return phases;
}

const wait = fc.oneof(fc.nat(3), fc.constantFrom(0.5, 7, 8, 9, 10, 100));
const answers = fc.array(
  fc.record({
    by: fc.record(
      {
        version: fc.constantFrom('1', '1.0.0', '2.0.0'),
        generation: fc.constantFrom(0, 1, 2, 10_001, 20_002),
        fallback: fc.constant({ wanted: '9', reason: 'it is broken' }),
        stalePointer: fc.constant({ reason: 'no storage' }),
      },
      { requiredKeys: ['version', 'generation'] },
    ),
    waits: fc.option(
      fc.record({ body: wait, pointer: wait, load: wait, total: wait }, { requiredKeys: ['total'] }),
      { nil: undefined },
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

test('an answer has its own headers, whatever was answered before', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (all) => {
      const shared = new AnswerTemplates(CONTENT);
      for (const [index, { by, waits }] of all.entries()) {
        const phases = waits && phasesOf(waits);
        const response = shared.answer(`body ${index}`, by, phases);
        const alone = new AnswerTemplates(CONTENT).answer(`body ${index}`, by, phases);
        expect([response.status, [...response.headers], await response.text()]).toEqual([
          200,
          [...alone.headers],
          `body ${index}`,
        ]);
      }
    }),
    { numRuns: 200 },
  );
});

test('the headers of an answer show its own phases and durations', () => {
  const templates = new AnswerTemplates(CONTENT);
  const waits = [undefined, 0, 1, 8];
  for (const generation of [1, 2]) {
    for (const total of [0, 1, 8]) {
      for (const body of waits) {
        for (const pointer of waits) {
          for (const load of waits) {
            const phases = phasesOf({ body, pointer, load, total });
            const { headers } = templates.answer('', { version: '1', generation }, phases);
            const timing = [...phases.durations()].map(
              ([name, milliseconds]) => `${name};dur=${milliseconds}`,
            );
            expect(headers.get('server-timing')?.replaceAll(/;desc="[^"]*"/g, '')).toBe(timing.join(', '));
            expect(headers.get('x-model-generation')).toBe(`${generation}`);
          }
        }
      }
    }
  }
});

const BY: AnsweredBy = { version: '1.0.0', generation: 3 };

test('an answer says which version gave it and what it waited for', () => {
  const templates = new AnswerTemplates(CONTENT);
  for (let time = 0; time < 2; time++) {
    const { headers } = templates.answer('', BY, phasesOf({ body: 1, total: 8 }));
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'x-more': '1',
      'x-model-version': '1.0.0',
      'x-model-generation': '3',
      'server-timing': 'body;dur=1;desc="reading the request", total;dur=8;desc="until the last wait ended"',
    });
    // A change of one answer must not affect the next.
    headers.set('x-model-version', 'another');
  }
  const slow = templates.answer('', BY, phasesOf({ total: 8000 }));
  expect(slow.headers.get('server-timing')).toBe('total;dur=8000;desc="until the last wait ended"');
  expect(templates.answer('', BY, undefined).headers.has('server-timing')).toBe(false);
});

test('many versions are answered by', () => {
  const templates = new AnswerTemplates(CONTENT);
  for (let version = 0; version < 1000; version++) {
    const by = { version: `${version}`, generation: version };
    const { headers } = templates.answer('', by, phasesOf({ total: 0 }));
    expect(headers.get('x-model-version')).toBe(`${version}`);
    expect(headers.get('x-model-generation')).toBe(`${version}`);
  }
});
