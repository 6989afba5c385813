import { getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelInput, KernelStep } from '../ir/step.ts';
import type { PreparedKernelCall } from './prepared_plan.ts';

/** Returns the tensor of a constant, or undefined if it is of another kind, shape or dtype. */
export type TensorOf = (
  range: number,
  shape: readonly number[],
  dtype: PreparedKernelCall['outputs'][number]['dtype'],
) => TensorInfo | undefined;

/**
 * Reads a call of a kernel of tfjs. The registered kernel passes the gate each time, so that its attributes are not checked.
 *
 * @param buffers the number of buffers. Greater numbers are constants
 * @returns undefined if it is a call of no kernel, or takes or writes what it cannot
 */
export function readKernelCall(
  { kernel, isList, inputs, attributes, outputs }: PreparedKernelCall,
  buffers: number,
  tensorOf: TensorOf,
): KernelStep | undefined {
  const run = registered(kernel);
  if (run === undefined || outputs.some(({ range }) => range >= buffers)) return undefined;
  const taken = new Map<string, KernelInput>();
  for (const { name, range, shape, dtype } of inputs) {
    if (range < buffers) taken.set(name, { kind: 'buffer', buffer: range, shape, dtype });
    else {
      const tensor = tensorOf(range, shape, dtype);
      if (tensor === undefined) return undefined;
      taken.set(name, { kind: 'constant', tensor });
    }
  }
  return {
    kind: 'kernel',
    name: kernel,
    run,
    inputs: taken,
    isList,
    attributes,
    outputs: outputs.map(({ range, shape, dtype }) => ({ buffer: range, shape, dtype })),
    reads: inputs.flatMap(({ range }) => (range < buffers ? [range] : [])),
    writes: outputs.map(({ range }) => range),
  };
}

function registered(name: string): KernelConfig['kernelFunc'] | undefined {
  return getKernel(name, 'wasm')?.kernelFunc;
}
