import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import {
  getKernelsForBackend,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { Gate } from './gate/gate.ts';
import { KernelCall, type RawCall } from './gate/kernel_call.ts';
import { KERNEL_RULES } from './gate/kernel_rules.ts';
import type { Output } from './gate/rule.ts';
import { Heap } from './heap.ts';
import { PLAIN_KERNELS } from './javascript/javascript_kernels.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { instantiateKernels } from './kernel_functions.ts';
import { BINARY, UNARY } from './operations.ts';
import { convolution, depthwiseConvolution } from './operators/conv2d.ts';
import { batchNormalisation } from './operators/layer_norm.ts';
import { matrixProduct } from './operators/matmul.ts';
import { averagePool, maxPool } from './operators/pool.ts';
import { mean, softmax, sum } from './operators/reduce.ts';
import {
  concatenation,
  pack,
  pad,
  slice,
  stridedSlice,
  transpose,
} from './operators/transpose_concat_slice.ts';
import { binary, clipByValue, leakyRelu, prelu, unary } from './operators/unary.ts';
import { PackedWeights } from './packing/packed_weights.ts';

/** One of the project's own kernels. */
type OwnKernel = (context: KernelContext, call: RawCall) => TensorInfo | undefined;

export interface RegisteredKernels extends KernelContext {
  readonly weights: PackedWeights;
  /** What every call of a kernel has to pass. */
  readonly gate: Gate;
  /** The fast kernels by their names, each over a context of the caller's choice. Call them through the gate only. */
  readonly kernels: ReadonlyMap<string, OwnKernel>;
  /** Puts tfjs's own kernels back, and the weights as they were. */
  unregister(): void;
  /** Puts tfjs's own kernels back without touching the memory, which a trap has left in no known state. */
  abandon(): void;
}

/**
 * Puts a kernel that passes the gate in the place of each of tfjs's, over the backend's own memory. It is computed by
 * the fast kernel of its name, where there is one that covers the call, else in plain JavaScript where tfjs's kernel
 * would compute it wrongly, else by tfjs's. Kernels without a rule are taken out.
 *
 * @param module the built kernels
 * @param memory the memory that the backend's instance exports
 * @param limitBytes how large that may become
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
  const kernels = new Map<string, OwnKernel>();

  function replace<Inputs, Attributes>(name: string, kernel: Kernel<Inputs, Attributes>): void {
    kernels.set(name, (over, call) => {
      // tfjs's registry knows no kernel's own types; its kernels make the same assertion.
      const { inputs, attrs } = call as unknown as { inputs: Inputs; attrs: Attributes };
      return kernel(over, inputs, attrs);
    });
  }

  replace('Conv2D', convolution);
  replace('FusedConv2D', convolution);
  replace('DepthwiseConv2dNative', depthwiseConvolution);
  replace('FusedDepthwiseConv2D', depthwiseConvolution);
  replace('BatchMatMul', matrixProduct);
  replace('_FusedMatMul', matrixProduct);
  replace('MaxPool', maxPool);
  replace('AvgPool', averagePool);
  replace('FusedBatchNorm', batchNormalisation);
  replace('Concat', concatenation);
  replace('Pack', pack);
  replace('Slice', slice);
  replace('StridedSlice', stridedSlice);
  replace('PadV2', pad);
  replace('Transpose', transpose);
  replace('Softmax', softmax);
  replace('Mean', mean);
  replace('Sum', sum);
  replace('Add', binary(BINARY.add));
  replace('Sub', binary(BINARY.subtract));
  replace('Multiply', binary(BINARY.multiply));
  replace('RealDiv', binary(BINARY.divide));
  replace('Maximum', binary(BINARY.maximum));
  replace('Minimum', binary(BINARY.minimum));
  replace('SquaredDifference', binary(BINARY.squaredDifference));
  replace('Prelu', prelu);
  replace('Relu', unary(UNARY.clamp, 0, Number.POSITIVE_INFINITY));
  replace('Relu6', unary(UNARY.clamp, 0, 6));
  replace('ClipByValue', clipByValue);
  replace('LeakyRelu', leakyRelu);
  replace('Elu', unary(UNARY.elu));
  replace('Selu', unary(UNARY.selu));
  replace('Sigmoid', unary(UNARY.sigmoid));
  replace('Tanh', unary(UNARY.tanh));
  replace('Exp', unary(UNARY.exp));
  replace('Erf', unary(UNARY.erf));
  replace('Abs', unary(UNARY.abs));
  replace('Neg', unary(UNARY.negate));
  replace('Square', unary(UNARY.square));
  replace('Sqrt', unary(UNARY.squareRoot));
  replace('Rsqrt', unary(UNARY.reciprocalSquareRoot));
  replace('Reciprocal', unary(UNARY.reciprocal));

  function computePlainly(name: string, call: RawCall, outputs: readonly Output[]) {
    const plain = PLAIN_KERNELS[name];
    if (plain === undefined) return undefined;
    // A weight without memory of its own gets it before views of the memory are taken, since it may grow.
    for (const tensor of Object.values(call.inputs)) if (tensor) backend.getMemoryOffset(tensor.dataId);
    const read = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);
    return plain(backend, new KernelCall(name, call, read), outputs);
  }

  const originals = getKernelsForBackend('wasm');
  for (const original of originals) {
    const { kernelName: name, kernelFunc } = original;
    unregisterKernel(name, 'wasm');
    if (!(name in KERNEL_RULES)) continue;
    const own = kernels.get(name);
    registerKernel({
      ...original,
      kernelFunc: (call) =>
        gate.pass(
          name,
          call,
          (checked, outputs) =>
            own?.(context, checked) ?? computePlainly(name, checked, outputs) ?? kernelFunc(checked),
        ),
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
    kernels,
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
