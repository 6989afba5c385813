import { getKernelsForBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Gate, KernelFault } from '../../../worker/runtime/kernels/gate/gate.ts';
import { KERNEL_RULES } from '../../../worker/runtime/kernels/gate/kernel_rules.ts';
import { ANY, gives } from '../../../worker/runtime/kernels/gate/rule.ts';
import { KERNEL_TABLE } from '../../../worker/runtime/kernels/kernel_table.ts';
import { ExecutionError, OutOfMemoryError } from '../../../worker/runtime/loaded_model.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
let gate: Gate | undefined;
beforeAll(async () => {
  node = await createNodeBackend();
});
afterEach(() => gate?.restore());

const RULES = {
  Pair: () => gives([2], 'float32'),
  Unknown: () => gives([ANY], 'int32'),
  Nothing: () => gives([0, 3], 'float32'),
  Sevens: () => ({ ...gives([2], 'int32'), fill: 7 }),
  Huge: () => gives([1000, 1000], 'float32'),
};

function pass(operation: string, inputs: Record<string, TensorInfo>, compute: () => TensorInfo): TensorInfo {
  gate = new Gate(node.backend, RULES, 1000);
  const result = gate.pass(operation, { inputs, backend: node.backend }, compute);
  if (Array.isArray(result)) throw new Error('one tensor was expected');
  return result;
}

const never = (): TensorInfo => {
  throw new Error('no kernel is to run');
};
const make = (shape: number[]): TensorInfo => node.backend.makeOutput(shape, 'float32');
const valuesOf = (tensor: TensorInfo): number[] => [...node.backend.typedArrayFromHeap(tensor)];

describe('the gate', () => {
  test('wraps every registered kernel, and kernels without a rule are removed', () => {
    const before = getKernelsForBackend('wasm').map(({ kernelName }) => kernelName);
    expect(before).toContain('AvgPoolGrad');
    const kernels = registerBuilt(node);
    try {
      const registered = getKernelsForBackend('wasm').map(({ kernelName }) => kernelName);
      const known = new Set([...before, ...Object.keys(KERNEL_TABLE)]);
      expect(registered.sort()).toEqual([...known].filter((name) => name in KERNEL_RULES).sort());
      expect(registered).not.toContain('AvgPoolGrad');
    } finally {
      kernels.unregister();
    }
    expect(getKernelsForBackend('wasm')).toHaveLength(before.length);
  });

  test('answers a result without elements without the kernel', () => {
    expect(pass('Nothing', {}, never)).toMatchObject({ shape: [0, 3], dtype: 'float32' });
    expect(valuesOf(pass('Sevens', {}, never))).toEqual([7, 7]);
  });

  test('lets no kernel compute elements from an empty input, unless its rule permits it', () => {
    expect(() => pass('Pair', { x: make([0]) }, never)).toThrow(
      /Pair: a tensor of shape \[0\] has no elements/,
    );
  });

  test('refuses a result that the heap has no room for before anything is allocated', () => {
    const before = node.backend.numDataIds();
    expect(() => pass('Huge', {}, never)).toThrow(OutOfMemoryError);
    expect(node.backend.numDataIds()).toBe(before);
  });

  test('refuses a kernel without a rule', () => {
    expect(() => pass('Other', {}, never)).toThrow(ExecutionError);
  });

  test("returns only a result with the rule's shape and dtype, and frees any other", () => {
    const before = node.backend.numDataIds();
    expect(() => pass('Pair', {}, () => make([3]))).toThrow(KernelFault);
    expect(() => pass('Unknown', {}, () => make([3]))).toThrow(/float32 \[3\] instead of int32/);
    expect(node.backend.numDataIds()).toBe(before);
  });

  test('clears memory that a kernel does not write, and frees the memory of a failed one', () => {
    const dirty = make([2]);
    node.backend.typedArrayFromHeap(dirty).fill(31337.5);
    node.backend.disposeData(dirty.dataId);
    expect(valuesOf(pass('Pair', {}, () => make([2])))).toEqual([0, 0]);
    const before = node.backend.numDataIds();
    expect(() =>
      pass('Pair', {}, () => {
        make([2]);
        throw new Error('half way');
      }),
    ).toThrow('half way');
    expect(node.backend.numDataIds()).toBe(before);
  });
});
