import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import {
  getKernelsForBackend,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { Gate } from './gate/gate.ts';
import { KernelCall, type RawCall } from './gate/kernel_call.ts';
import { KernelRefusal } from './gate/kernel_refusal.ts';
import { KERNEL_RULES } from './gate/kernel_rules.ts';
import type { Output } from './gate/rule.ts';
import { Heap } from './heap.ts';
import type { KernelContext } from './kernel.ts';
import { instantiateKernels } from './kernel_functions.ts';
import { KERNEL_TABLE } from './kernel_table.ts';
import { PackedWeights } from './packing/packed_weights.ts';

export interface RegisteredKernels extends KernelContext {
  readonly weights: PackedWeights;
  /** The gate that every kernel call passes. */
  readonly gate: Gate;
  /** Restores tfjs's own kernels and the original weights. */
  unregister(): void;
  /** Restores tfjs's own kernels without accessing the memory, whose state is unknown after a trap. */
  abandon(): void;
}

/**
 * Replaces each kernel of tfjs by one that passes the gate and works on the backend's own memory. A call is computed by
 * the fast kernel of its name if that covers the call, or else from compact weights, or else in JavaScript if tfjs's kernel
 * would compute it wrongly, or else by tfjs's kernel. Kernels without a rule are removed, and kernels that tfjs does not have are added.
 *
 * @param module the compiled kernels
 * @param memory the memory that the backend's instance exports
 * @param limitBytes the limit of that memory
 */
export function registerKernels(
  backend: BackendWasm,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  limitBytes = Number.POSITIVE_INFINITY,
): RegisteredKernels {
  const functions = instantiateKernels(module, memory);
  const heap = new Heap(backend);
  const weights = new PackedWeights(functions, heap);
  const context: KernelContext = { functions, heap, weights };
  const gate = new Gate(backend, KERNEL_RULES, limitBytes);

  const read = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);

  function computeCompactly(name: string, call: RawCall, outputs: readonly Output[]) {
    return KERNEL_TABLE[name]?.compact?.({ backend, weights }, new KernelCall(name, call, read), outputs);
  }

  function computePlainly(name: string, call: RawCall, outputs: readonly Output[]) {
    const plain = KERNEL_TABLE[name]?.plain;
    if (plain === undefined) return undefined;
    // Allocates deferred memory of weights before views are taken, since the memory may grow.
    for (const tensor of Object.values(call.inputs)) if (tensor) backend.getMemoryOffset(tensor.dataId);
    return plain(backend, new KernelCall(name, call, read), outputs);
  }

  const originals = getKernelsForBackend('wasm');
  for (const original of originals) {
    const { kernelName: name, kernelFunc } = original;
    unregisterKernel(name, 'wasm');
    if (!(name in KERNEL_RULES)) continue;
    const fast = KERNEL_TABLE[name]?.fast;
    registerKernel({
      ...original,
      kernelFunc: (call) =>
        gate.pass(
          name,
          call,
          (checked, outputs) =>
            fast?.(context, checked) ??
            computeCompactly(name, checked, outputs) ??
            computePlainly(name, checked, outputs) ??
            kernelFunc(checked),
        ),
    });
  }
  const known = new Set(originals.map(({ kernelName }) => kernelName));
  for (const name of Object.keys(KERNEL_TABLE)) {
    if (known.has(name)) continue;
    registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: (call) =>
        gate.pass(name, call, (checked, outputs) => {
          const computed = computePlainly(name, checked, outputs);
          if (computed === undefined) throw new KernelRefusal(name, 'it is not computed for these tensors');
          return computed;
        }),
    });
  }

  function restoreOriginals(): void {
    for (const { kernelName } of getKernelsForBackend('wasm')) unregisterKernel(kernelName, 'wasm');
    for (const original of originals) registerKernel(original);
    gate.restore();
  }

  return {
    ...context,
    weights,
    gate,
    unregister() {
      restoreOriginals();
      weights.dispose();
      heap.dispose();
    },
    abandon() {
      restoreOriginals();
      weights.abandon();
    },
  };
}
