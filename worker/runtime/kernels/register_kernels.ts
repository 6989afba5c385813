import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import {
  getKernel,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { concatenation, pack, pad, slice, stridedSlice, transpose } from './arrangement.ts';
import { CHECKED_KERNELS, checkedKernel } from './checked_kernels.ts';
import { convolution, depthwiseConvolution } from './convolution.ts';
import { binary, clipByValue, leakyRelu, prelu, unary } from './elementwise.ts';
import { Heap } from './heap.ts';
import type { Kernel, KernelContext } from './kernel.ts';
import { instantiateKernels } from './kernel_functions.ts';
import { matrixProduct } from './matrix_product.ts';
import { batchNormalisation } from './normalisation.ts';
import { BINARY, UNARY } from './operations.ts';
import { PackedWeights } from './packed_weights.ts';
import { averagePool, maxPool } from './pooling.ts';
import { mean, softmax, sum } from './reduction.ts';

type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];

export interface RegisteredKernels extends KernelContext {
  readonly weights: PackedWeights;
  /** The kernels by their names, each over a context of the caller's choice. */
  readonly kernels: ReadonlyMap<string, (context: KernelContext, call: KernelCall) => TensorInfo | undefined>;
  /** Puts tfjs's own kernels back, and the weights as they were. */
  unregister(): void;
  /** Puts tfjs's own kernels back without touching the memory, which a trap has left in no known state. */
  abandon(): void;
}

/**
 * Puts the fast kernels in the place of tfjs's, over the backend's own memory. What one of them does not cover
 * goes to the kernel that it replaced.
 *
 * @param module the built kernels
 * @param memory the memory that the backend's instance exports
 */
export function registerKernels(
  backend: BackendWasm,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): RegisteredKernels {
  const functions = instantiateKernels(module, memory);
  const heap = new Heap(backend);
  const weights = new PackedWeights(functions, heap);
  const context: KernelContext = { functions, heap, weights };
  const originals: KernelConfig[] = [];
  const kernels = new Map<string, (context: KernelContext, call: KernelCall) => TensorInfo | undefined>();

  function replace<Inputs, Attributes>(name: string, kernel: Kernel<Inputs, Attributes>): void {
    const original = getKernel(name, 'wasm');
    originals.push(original);
    unregisterKernel(name, 'wasm');
    const run = (over: KernelContext, call: KernelCall): TensorInfo | undefined => {
      // tfjs's registry knows no kernel's own types; its kernels make the same assertion.
      const { inputs, attrs } = call as unknown as { inputs: Inputs; attrs: Attributes };
      return kernel(over, inputs, attrs);
    };
    kernels.set(name, run);
    registerKernel({
      ...original,
      kernelFunc: (call) => run(context, call) ?? original.kernelFunc(call),
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

  for (const name of CHECKED_KERNELS) {
    const original = getKernel(name, 'wasm');
    originals.push(original);
    unregisterKernel(name, 'wasm');
    registerKernel({ ...original, kernelFunc: checkedKernel(name, backend, original.kernelFunc) });
  }

  function restoreOriginals(): void {
    for (const original of originals) {
      unregisterKernel(original.kernelName, 'wasm');
      registerKernel(original);
    }
  }

  return {
    ...context,
    weights,
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
