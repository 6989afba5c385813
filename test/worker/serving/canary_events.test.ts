import { expect, test } from 'vitest';
import { canaryEventsOf } from '../../../worker/serving/canary_events.ts';

const abort = { version: '2.0.0', generation: 7, requests: 20, failures: 3, reason: 'it threw' };

test('a given-up canary is a data point that names it', () => {
  const points: unknown[] = [];
  const record = canaryEventsOf({
    CANARY_EVENTS: { writeDataPoint: (point: unknown) => points.push(point) },
  });
  record?.('m'.repeat(128), abort);
  expect(points).toEqual([
    {
      indexes: ['m'.repeat(96)],
      blobs: ['canary aborted', 'm'.repeat(128), '2.0.0', 'it threw'],
      doubles: [7, 20, 3],
    },
  ]);
});

test.each([{}, { CANARY_EVENTS: undefined }, { CANARY_EVENTS: 'a variable' }])(
  'without the binding nothing is recorded: %j',
  (bindings) => {
    expect(canaryEventsOf(bindings)).toBeUndefined();
  },
);
