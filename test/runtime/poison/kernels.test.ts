import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verdict } from '../oracle/oracle.ts';
import { CALLS } from './cases/all.ts';
import { applied, changes } from './degenerate.ts';
import { faultOf } from './judgement.ts';
import { draw } from './kernel_call.ts';
import { Laboratory } from './laboratory.ts';

/** The number of calls of each kind for each kernel, which FUZZ_CASES can increase. */
const CASES = Math.ceil(Number(process.env.FUZZ_CASES ?? 3000) / 150);

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await Laboratory.create();
});
afterAll(() => laboratory.dispose());

const kernels = (await registeredKernels()).sort();

async function registeredKernels(): Promise<string[]> {
  const fresh = await Laboratory.create();
  const names = tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName);
  fresh.dispose();
  return names;
}

test('every kernel that is registered is tried', () => {
  expect(kernels.filter((name) => CALLS[name] === undefined)).toEqual([]);
});

const drawing = fc.record({ seed: fc.nat(), isWild: fc.boolean() });

describe.each(kernels)('%s', (kernel) => {
  const calls = CALLS[kernel];
  if (calls === undefined) return;

  test('gives what TensorFlow gives', async () => {
    await fc.assert(
      fc.asyncProperty(calls, drawing, async (spec, how) => {
        await check(kernel, spec, how, spec.mayRefuse !== true);
      }),
      { numRuns: CASES },
    );
  });

  test('gives that, or refuses arguments that make no sense', async () => {
    await fc.assert(
      fc.asyncProperty(calls, changes, drawing, async (spec, changed, how) => {
        await check(kernel, applied(spec, changed), how, false);
      }),
      { numRuns: 2 * CASES },
    );
  });
});

async function check(
  kernel: string,
  spec: Parameters<typeof draw>[1],
  how: Parameters<typeof draw>[2],
  mustCompute: boolean,
): Promise<void> {
  const call = draw(kernel, spec, how);
  const expected = verdict(kernel, call);
  try {
    const fault = faultOf(call, laboratory.call(call), expected, { isWild: how.isWild, mustCompute });
    if (fault !== undefined) throw new Error(fault);
  } catch (error) {
    // After a fault, the heap says nothing about the next call.
    laboratory.dispose();
    laboratory = await Laboratory.create();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${JSON.stringify(call)}`, {
      cause: error,
    });
  }
}
