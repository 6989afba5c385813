import { describe, expect, test } from 'vitest';
import type { Access, BufferId } from '../../../../worker/runtime/plan/ir/buffers.ts';
import { firstUnwritten } from '../../../../worker/runtime/plan/ir/written_buffers.ts';

const step = (reads: BufferId[], writes: BufferId[]): Access => ({ reads, writes });

const cases: readonly [
  name: string,
  steps: readonly Access[],
  inputs: BufferId[],
  outputs: BufferId[],
  expected: BufferId | undefined,
][] = [
  ['what was written before it is read', [step([0], [1]), step([0, 1], [2])], [0], [2], undefined],
  ['an input that is answered', [], [0], [0], undefined],
  ['a buffer that nobody wrote', [step([0, 3], [1])], [0], [1], 3],
  ['a buffer that is written too late', [step([1], [2]), step([0], [1])], [0], [2], 1],
  ['a buffer that the step itself writes', [step([1], [1])], [0], [1], 1],
  ['an answer that nobody wrote', [step([0], [1])], [0], [1, 4], 4],
];

describe('the first unwritten buffer', () => {
  test.each(cases)('%s', (_, steps, inputs, outputs, expected) => {
    expect(firstUnwritten(steps, inputs, outputs)).toBe(expected);
  });
});
