import { expect, test } from 'vitest';
import { canaryEventsOf } from '../../../worker/serving/rollout/canary_abort_events.ts';

const abort = {
  version: '2.0.0',
  generation: 7,
  requests: 20,
  failures: 5,
  clients: 4,
  clientMark: 4711,
  reason: 'it threw',
};

test('a given-up canary is a data point that names it and the isolate', () => {
  const points: unknown[] = [];
  const binding = { writeDataPoint: (point: unknown) => points.push(point) };
  canaryEventsOf({ CANARY_EVENTS: binding }, 'isolate-1')?.('m'.repeat(128), abort);
  expect(points).toEqual([
    {
      indexes: ['m'.repeat(96)],
      blobs: ['canary aborted', 'm'.repeat(128), '2.0.0', 'it threw', 'isolate-1', '4711'],
      doubles: [7, 20, 5, 4],
    },
  ]);
});

test.each([{}, { CANARY_EVENTS: undefined }, { CANARY_EVENTS: 'a variable' }])(
  'without the binding nothing is recorded: %j',
  (bindings) => {
    expect(canaryEventsOf(bindings, 'isolate-1')).toBeUndefined();
  },
);
