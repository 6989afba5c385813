import type { BinaryOperation, UnaryOperation } from './operations.ts';
import { QUANTIZED_ADDRESS_ARGUMENTS, type QuantizedFunctions } from './quantized_functions.ts';

/**
 * The functions of the WebAssembly module: pure functions of the memory that it shares with tfjs. Addresses and
 * scratch sizes are in bytes, everything else in elements, all data float32. An optional address is 0 for none.
 * The sources in assembly/ say what each computes.
 */
export interface KernelFunctions extends QuantizedFunctions {
  packed_bytes(k: number, n: number): number;
  pack_b(b: number, packed: number, k: number, n: number, stride: number): void;
  pack_b_transposed(b: number, packed: number, k: number, n: number, stride: number): void;
  place_elements(
    b: number,
    packed: number,
    k: number,
    n: number,
    transposed: 0 | 1,
    shift: number,
    first: number,
    count: number,
  ): void;
  take_elements(
    packed: number,
    b: number,
    k: number,
    n: number,
    transposed: 0 | 1,
    shift: number,
    first: number,
    count: number,
  ): void;
  transpose(x: number, y: number, rows: number, columns: number): void;
  gemm(
    a: number,
    lda: number,
    packed: number,
    bias: number,
    residual: number,
    c: number,
    ldc: number,
    m: number,
    k: number,
    n: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  conv2d_scratch_bytes(channels: number, filterHeight: number, filterWidth: number): number;
  conv2d(
    x: number,
    packed: number,
    bias: number,
    residual: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    outChannels: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  depthwise_conv2d(
    x: number,
    filter: number,
    bias: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    lower: number,
    upper: number,
  ): void;
  expand_depthwise_scratch_bytes(
    width: number,
    expandedChannels: number,
    filterHeight: number,
    dilationY: number,
  ): number;
  expand_depthwise(
    x: number,
    packed: number,
    expandBias: number,
    filter: number,
    bias: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    expandedChannels: number,
    outHeight: number,
    outWidth: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    expandedLower: number,
    expandedUpper: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  winograd_scratch_bytes(
    height: number,
    channels: number,
    outWidth: number,
    outChannels: number,
    filterHeight: number,
  ): number;
  winograd_weights(
    packed: number,
    transformed: number,
    filterHeight: number,
    channels: number,
    outChannels: number,
  ): void;
  winograd_conv2d(
    x: number,
    packed: number,
    bias: number,
    residual: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    outChannels: number,
    filterHeight: number,
    dilationY: number,
    padTop: number,
    padLeft: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  pool2d(
    x: number,
    y: number,
    average: 0 | 1,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
  ): void;
  unary(operation: UnaryOperation, x: number, y: number, count: number, alpha: number, beta: number): void;
  binary(
    operation: BinaryOperation,
    a: number,
    b: number,
    c: number,
    size0: number,
    size1: number,
    size2: number,
    size3: number,
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): void;
  copy(
    x: number,
    y: number,
    size0: number,
    size1: number,
    size2: number,
    size3: number,
    size4: number,
    x0: number,
    x1: number,
    x2: number,
    x3: number,
    x4: number,
    y0: number,
    y1: number,
    y2: number,
    y3: number,
    y4: number,
  ): void;
  fill(y: number, count: number, value: number): void;
  batch_norm(
    x: number,
    mean: number,
    variance: number,
    offset: number,
    scale: number,
    y: number,
    rows: number,
    channels: number,
    epsilon: number,
    scratch: number,
  ): void;
  softmax(x: number, y: number, rows: number, width: number): void;
  layer_norm(
    x: number,
    gamma: number,
    beta: number,
    y: number,
    rows: number,
    width: number,
    epsilon: number,
  ): void;
  sum_middle(x: number, y: number, outer: number, reduced: number, inner: number, scale: number): void;
}

/** Positions of the arguments that are addresses; a recording of calls goes by them. */
interface AddressArguments {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Space whose content matters to nobody before or after. */
  readonly scratch?: number;
}

export const ADDRESS_ARGUMENTS: Readonly<Record<keyof KernelFunctions, AddressArguments>> = {
  ...QUANTIZED_ADDRESS_ARGUMENTS,
  packed_bytes: { reads: [], writes: [] },
  pack_b: { reads: [0], writes: [1] },
  pack_b_transposed: { reads: [0], writes: [1] },
  place_elements: { reads: [0], writes: [1] },
  take_elements: { reads: [0], writes: [1] },
  transpose: { reads: [0], writes: [1] },
  gemm: { reads: [0, 2, 3, 4], writes: [5], scratch: 12 },
  conv2d_scratch_bytes: { reads: [], writes: [] },
  conv2d: { reads: [0, 1, 2, 3], writes: [4], scratch: 22 },
  depthwise_conv2d: { reads: [0, 1, 2], writes: [3] },
  expand_depthwise_scratch_bytes: { reads: [], writes: [] },
  expand_depthwise: { reads: [0, 1, 2, 3, 4], writes: [5], scratch: 25 },
  winograd_scratch_bytes: { reads: [], writes: [] },
  winograd_weights: { reads: [0], writes: [1] },
  winograd_conv2d: { reads: [0, 1, 2, 3], writes: [4], scratch: 18 },
  pool2d: { reads: [0], writes: [1] },
  unary: { reads: [1], writes: [2] },
  binary: { reads: [1, 2], writes: [3] },
  copy: { reads: [0], writes: [1] },
  fill: { reads: [], writes: [0] },
  batch_norm: { reads: [0, 1, 2, 3, 4], writes: [5], scratch: 9 },
  softmax: { reads: [0], writes: [1] },
  layer_norm: { reads: [0, 1, 2], writes: [3] },
  sum_middle: { reads: [0], writes: [1] },
};

/** Instantiates the kernels on a memory. The module has no data and no state of its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunctions {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!isKernelFunctions(exports)) throw new Error('the kernels were built from other sources');
  return exports;
}

export function isKernelFunctions(functions: object): functions is KernelFunctions {
  return Object.keys(ADDRESS_ARGUMENTS).every((name) => typeof Reflect.get(functions, name) === 'function');
}
