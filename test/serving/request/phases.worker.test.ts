import { expect, test } from 'vitest';
import { Phases } from '../../../worker/serving/request/phases.ts';

test('phases say how long they took once they have ended, and add up when they come again', () => {
  const clock = { now: 100 };
  const phases = new Phases(() => clock.now);
  const began = phases.now();
  expect([...phases.durations()]).toEqual([]);
  phases.end('body', began);
  clock.now += 5;
  phases.end('load', began);
  const again = phases.now();
  clock.now += 2;
  phases.end('load', again);
  phases.end('total', began);
  expect([...phases.durations()]).toEqual([
    ['body', 0],
    ['load', 7],
    ['total', 7],
  ]);
});
