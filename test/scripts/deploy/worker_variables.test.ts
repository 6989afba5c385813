import { expect, test } from 'vitest';
import { PREDICT_VARIABLES } from '../../../scripts/deploy/worker_variables.ts';
import { PREDICT } from '../../docs/generated/configuration.ts';

test('dev takes as --var the variables that the Worker reads, and no others', () => {
  expect([...PREDICT_VARIABLES].sort()).toEqual(Object.keys(PREDICT).sort());
});
