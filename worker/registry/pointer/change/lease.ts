import * as v from 'valibot';
import { LEASE_LIMIT_MS, SKEW_LIMIT_MS } from '../pointer.ts';
import { leaseTransition } from '../pointer_transitions.ts';
import { defineChange, ready } from './definition.ts';

const milliseconds = (limit: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limit));

export const lease = defineChange({
  name: 'lease',
  summary: 'Changes how long isolates may use a pointer that they have read',
  entries: {
    /** 0: every request reads the pointer. */
    ms: milliseconds(LEASE_LIMIT_MS),
    /** The largest error of the isolates' clocks. Unchanged if it is missing. */
    clock_skew_ms: v.optional(milliseconds(SKEW_LIMIT_MS)),
  },
  prepare: ({ ms, clock_skew_ms }, { record }) =>
    ready(undefined, leaseTransition(ms, clock_skew_ms, record)),
});
