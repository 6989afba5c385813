import { expect, test } from 'vitest';
import {
  type Arguments,
  functionStep,
  orderedArguments,
  withArguments,
  withResult,
} from '../../../../worker/runtime/plan/ir/function_step.ts';

const at = (buffer: number, offset = 0) => ({ buffer, offset });
const GIVEN: Arguments<'batch_norm'> = {
  ...{ rows: 2, channels: 3, epsilon: 0.5 },
  ...{ x: at(4), mean: 1000, variance: at(5, 12), offset: 0, scale: at(4), y: at(6), scratch: at(7) },
};

test('a call reads the buffers of its inputs, and writes those of its output and its scratch space', () => {
  const { reads, writes } = functionStep('batch_norm', GIVEN);
  expect(reads).toEqual([4, 5, 4]);
  expect(writes).toEqual([6, 7]);
});

test('the arguments come in the order of the function in assembly/copy.ts', () => {
  expect(orderedArguments(functionStep('batch_norm', GIVEN))).toEqual([
    ...[at(4), 1000, at(5, 12), 0, at(4), at(6), 2, 3, 0.5, at(7)],
  ]);
});

test('a call with other arguments reads and writes others', () => {
  const step = functionStep('batch_norm', GIVEN);
  expect(withArguments(step, { x: 2000, scale: at(8) }).reads).toEqual([5, 8]);
  expect(withResult(step, 9)).toEqual({ ...step, writes: [9, 7], arguments: { ...GIVEN, y: at(9) } });
});

test('arguments that are not parameters are ignored', () => {
  const more = { ...GIVEN, filterWidth: 3, filter: at(9) };
  expect(functionStep('batch_norm', more)).toEqual(functionStep('batch_norm', GIVEN));
});

test.each([
  ['a missing argument', { ...GIVEN, scratch: undefined }],
  ['a place for what is not an address', { ...GIVEN, rows: at(4) }],
])('%s is a fault', (_, given) => {
  const build = () => Reflect.apply(functionStep, undefined, ['batch_norm', given]);
  expect(build).toThrow('an argument of batch_norm is missing');
});
