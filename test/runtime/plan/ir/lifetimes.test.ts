import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lifetimes, neededSteps } from '../../../../worker/runtime/plan/ir/lifetimes.ts';

const buffer = fc.nat(12);
const program = fc.array(
  fc.record({
    reads: fc.array(buffer, { maxLength: 3 }),
    writes: fc.array(buffer, { minLength: 1, maxLength: 2 }),
  }),
  { maxLength: 25 },
);

/** Runs a program on numbers. The written values depend on the values that are read and on the old ones. */
function compute(steps: readonly { reads: readonly number[]; writes: readonly number[] }[]): number[] {
  const memory = Array.from({ length: 13 }, (_, index) => index + 1);
  for (const { reads, writes } of steps) {
    const sum = reads.reduce((total, read) => total * 31 + (memory[read] ?? 0), 7);
    for (const write of writes) memory[write] = (sum * 17 + (memory[write] ?? 0)) % 1_000_003;
  }
  return memory;
}

describe('the steps that are needed', () => {
  test('compute the outputs as all steps do', () => {
    fc.assert(
      fc.property(program, fc.array(buffer, { maxLength: 3 }), (steps, outputs) => {
        const all = compute(steps);
        const needed = compute(neededSteps(steps, outputs));
        for (const output of outputs) expect(needed[output]).toBe(all[output]);
      }),
    );
  });

  test('leave out what nothing depends on', () => {
    const steps = [
      { reads: [0], writes: [1] },
      { reads: [0], writes: [2] },
      { reads: [1], writes: [3] },
    ];
    expect(neededSteps(steps, [3])).toEqual([steps[0], steps[2]]);
  });
});

describe('a lifetime', () => {
  test('covers every step that uses the buffer; inputs live before the first step, outputs after the last', () => {
    fc.assert(
      fc.property(program, fc.array(buffer), fc.array(buffer), (steps, inputs, outputs) => {
        const found = lifetimes(steps, inputs, outputs);
        steps.forEach(({ reads, writes }, index) => {
          for (const each of [...reads, ...writes]) {
            expect(found.get(each)?.from).toBeLessThanOrEqual(index);
            expect(found.get(each)?.until).toBeGreaterThanOrEqual(index);
          }
        });
        for (const input of inputs) expect(found.get(input)?.from).toBe(-1);
        for (const output of outputs) expect(found.get(output)?.until).toBe(steps.length);
      }),
    );
  });
});
