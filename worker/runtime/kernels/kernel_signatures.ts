// biome-ignore-all format: as many parameters on a line as fit
// `npm run signatures` writes this file from the exports of assembly/index.ts.

export const BinaryOperation = {
  add: 0, subtract: 1, multiply: 2, divide: 3, maximum: 4, minimum: 5, squaredDifference: 6, prelu: 7,
} as const;
export type BinaryOperation = (typeof BinaryOperation)[keyof typeof BinaryOperation];

export const ElementFormat = {
  uint8: 0, uint16: 1, float16: 2,
} as const;
export type ElementFormat = (typeof ElementFormat)[keyof typeof ElementFormat];

export const UnaryOperation = {
  clamp: 0, leakyRelu: 1, elu: 2, sigmoid: 3, tanh: 4, exp: 5, erf: 6, abs: 7, negate: 8, square: 9,
  squareRoot: 10, reciprocalSquareRoot: 11, reciprocal: 12, swish: 13, gelu: 14, hardSigmoid: 15,
  hardSwish: 16, selu: 17,
} as const;
export type UnaryOperation = (typeof UnaryOperation)[keyof typeof UnaryOperation];

/** The parameters of each kernel in their order, by their types in AssemblyScript: see assembly/roles.ts. */
export const SIGNATURES = {
  batch_norm: {
    x: 'Input', mean: 'Input', variance: 'Input', offset: 'Input', scale: 'Input', y: 'Output', rows: 'i32',
    channels: 'i32', epsilon: 'f32', scratch: 'Scratch',
  },
  batch_norm_scratch_bytes: {
    channels: 'i32',
  },
  binary: {
    operation: 'BinaryOperation', a: 'Input', b: 'Input', c: 'Output', size0: 'i32', size1: 'i32',
    size2: 'i32', size3: 'i32', a0: 'i32', a1: 'i32', a2: 'i32', a3: 'i32', b0: 'i32', b1: 'i32', b2: 'i32',
    b3: 'i32',
  },
  column_sums: {
    packed: 'Input', pivot: 'i32', k: 'i32', n: 'i32', sums: 'Output',
  },
  conv2d: {
    x: 'Input', packed: 'Input', bias: 'Input', residual: 'Input', y: 'Output', batch: 'i32', height: 'i32',
    width: 'i32', channels: 'i32', outHeight: 'i32', outWidth: 'i32', outChannels: 'i32', filterHeight: 'i32',
    filterWidth: 'i32', strideY: 'i32', strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32',
    padLeft: 'i32', lower: 'f32', upper: 'f32', scratch: 'Scratch',
  },
  conv2d_quantized: {
    x: 'Input', packed: 'Input', vectors: 'Input', format: 'ElementFormat', zero: 'i32', bias: 'Input',
    residual: 'Input', y: 'Output', batch: 'i32', height: 'i32', width: 'i32', channels: 'i32',
    outHeight: 'i32', outWidth: 'i32', outChannels: 'i32', filterHeight: 'i32', filterWidth: 'i32',
    strideY: 'i32', strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32',
    lower: 'f32', upper: 'f32', scratch: 'Scratch',
  },
  conv2d_quantized_scratch_bytes: {
    channels: 'i32', filterHeight: 'i32', filterWidth: 'i32', outChannels: 'i32',
  },
  conv2d_scratch_bytes: {
    channels: 'i32', filterHeight: 'i32', filterWidth: 'i32',
  },
  copy: {
    x: 'Input', y: 'Output', size0: 'i32', size1: 'i32', size2: 'i32', size3: 'i32', size4: 'i32', x0: 'i32',
    x1: 'i32', x2: 'i32', x3: 'i32', x4: 'i32', y0: 'i32', y1: 'i32', y2: 'i32', y3: 'i32', y4: 'i32',
  },
  copy_bytes: {
    x: 'Input', y: 'Output', size0: 'i32', size1: 'i32', size2: 'i32', size3: 'i32', size4: 'i32', x0: 'i32',
    x1: 'i32', x2: 'i32', x3: 'i32', x4: 'i32', y0: 'i32', y1: 'i32', y2: 'i32', y3: 'i32', y4: 'i32',
  },
  depthwise_conv2d: {
    x: 'Input', filter: 'Input', bias: 'Input', y: 'Output', batch: 'i32', height: 'i32', width: 'i32',
    channels: 'i32', outHeight: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32',
    strideY: 'i32', strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32',
    lower: 'f32', upper: 'f32',
  },
  dynamic_product: {
    x: 'Input', packed: 'Input', zero: 'i32', sums: 'Input', scales: 'Input', bias: 'Input',
    residual: 'Input', c: 'Output', m: 'i32', k: 'i32', n: 'i32', lower: 'f32', upper: 'f32', fused: 'Flag',
  },
  dynamic_row_bytes: {
    width: 'i32',
  },
  expand_depthwise: {
    x: 'Input', packed: 'Input', vectors: 'Input', format: 'ElementFormat', zero: 'i32', expandBias: 'Input',
    filter: 'Input', bias: 'Input', y: 'Output', batch: 'i32', height: 'i32', width: 'i32', channels: 'i32',
    expandedChannels: 'i32', outHeight: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32',
    strideY: 'i32', strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32',
    expandedLower: 'f32', expandedUpper: 'f32', lower: 'f32', upper: 'f32', scratch: 'Scratch',
  },
  expand_depthwise_scratch_bytes: {
    width: 'i32', channels: 'i32', expandedChannels: 'i32', filterHeight: 'i32', dilationY: 'i32',
    quantized: 'Flag',
  },
  fill: {
    y: 'Output', count: 'i32', value: 'f32',
  },
  fill_bytes: {
    y: 'Output', count: 'i32', value: 'i32',
  },
  floats_of_integers: {
    x: 'Input', y: 'Output', count: 'i32', offset: 'i32',
  },
  gemm: {
    a: 'Input', lda: 'i32', packed: 'Input', bias: 'Input', residual: 'Input', c: 'Output', ldc: 'i32',
    m: 'i32', k: 'i32', n: 'i32', lower: 'f32', upper: 'f32', scratch: 'Scratch',
  },
  gemm_quantized: {
    a: 'Input', lda: 'i32', packed: 'Input', vectors: 'Input', format: 'ElementFormat', zero: 'i32',
    bias: 'Input', residual: 'Input', c: 'Output', ldc: 'i32', m: 'i32', k: 'i32', n: 'i32', lower: 'f32',
    upper: 'f32', scratch: 'Scratch',
  },
  gemm_quantized_scratch_bytes: {
    format: 'ElementFormat', m: 'i32', k: 'i32', n: 'i32',
  },
  gemm_scratch_bytes: {

  },
  has_fused_dot: {

  },
  has_infinite_half: {
    b: 'Input', count: 'i32',
  },
  integer_add: {
    a: 'Input', aOffset: 'i32', aScale: 'f32', b: 'Input', bOffset: 'i32', bScale: 'f32', y: 'Output',
    count: 'i32', scale: 'f32', zero: 'i32', lower: 'i32', upper: 'i32',
  },
  integer_conv2d: {
    x: 'Input', packed: 'Input', weightZero: 'i32', rowFactor: 'i32', head: 'Input', y: 'Output',
    batch: 'i32', height: 'i32', width: 'i32', channels: 'i32', outHeight: 'i32', outWidth: 'i32',
    outChannels: 'i32', filterHeight: 'i32', filterWidth: 'i32', strideY: 'i32', strideX: 'i32',
    dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32', outside: 'i32', zero: 'i32',
    lower: 'i32', upper: 'i32', fused: 'Flag', scratch: 'Scratch',
  },
  integer_conv2d_scratch_bytes: {
    channels: 'i32', outChannels: 'i32', filterHeight: 'i32', filterWidth: 'i32',
  },
  integer_depthwise: {
    x: 'Input', packed: 'Input', y: 'Output', batch: 'i32', height: 'i32', width: 'i32', channels: 'i32',
    outHeight: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32', period: 'i32', strideY: 'i32',
    strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32', outside: 'i32',
    zero: 'i32', lower: 'i32', upper: 'i32', fused: 'Flag', scratch: 'Scratch',
  },
  integer_depthwise_scratch_bytes: {
    channels: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32', strideX: 'i32',
    dilationX: 'i32',
  },
  integer_pool2d: {
    x: 'Input', y: 'Output', average: 'Flag', batch: 'i32', height: 'i32', width: 'i32', channels: 'i32',
    outHeight: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32', strideY: 'i32',
    strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32', offset: 'i32',
    scale: 'f32', zero: 'i32', lower: 'i32', upper: 'i32',
  },
  integers_of_floats: {
    x: 'Input', y: 'Output', count: 'i32', offset: 'i32',
  },
  largest_magnitude_sum: {
    packed: 'Input', zero: 'i32', k: 'i32', n: 'i32',
  },
  layer_norm: {
    x: 'Input', gamma: 'Input', beta: 'Input', y: 'Output', rows: 'i32', width: 'i32', epsilon: 'f32',
  },
  map_bytes: {
    x: 'Input', table: 'Input', y: 'Output', count: 'i32',
  },
  narrow_integers: {
    x: 'Input', y: 'Output', count: 'i32', shift: 'i32', lower: 'i32', upper: 'i32',
  },
  pack_b: {
    b: 'Input', packed: 'Output', k: 'i32', n: 'i32', stride: 'i32',
  },
  pack_b_transposed: {
    b: 'Input', packed: 'Output', k: 'i32', n: 'i32', stride: 'i32',
  },
  packed_bytes: {
    k: 'i32', n: 'i32',
  },
  place_elements: {
    b: 'Input', packed: 'Output', k: 'i32', n: 'i32', transposed: 'Flag', shift: 'i32', first: 'i32',
    count: 'i32',
  },
  pool2d: {
    x: 'Input', y: 'Output', average: 'Flag', batch: 'i32', height: 'i32', width: 'i32', channels: 'i32',
    outHeight: 'i32', outWidth: 'i32', filterHeight: 'i32', filterWidth: 'i32', strideY: 'i32',
    strideX: 'i32', dilationY: 'i32', dilationX: 'i32', padTop: 'i32', padLeft: 'i32',
  },
  quantize_floats: {
    x: 'Input', y: 'Output', count: 'i32', scale: 'f32', zero: 'i32', lower: 'i32', upper: 'i32',
  },
  quantize_rows: {
    x: 'Input', y: 'Output', rows: 'i32', width: 'i32', least: 'f32',
  },
  quantize_tensor: {
    x: 'Input', divisor: 'Input', zero: 'Input', y: 'Output', rows: 'i32', width: 'i32',
  },
  softmax: {
    x: 'Input', y: 'Output', rows: 'i32', width: 'i32',
  },
  sum_middle: {
    x: 'Input', y: 'Output', outer: 'i32', reduced: 'i32', inner: 'i32', scale: 'f32',
  },
  sums_of_integers: {
    x: 'Input', y: 'Output', outer: 'i32', reduced: 'i32', inner: 'i32', offset: 'i32', scale: 'f32',
  },
  take_elements: {
    packed: 'Input', b: 'Output', k: 'i32', n: 'i32', transposed: 'Flag', shift: 'i32', first: 'i32',
    count: 'i32',
  },
  tensor_row_bytes: {
    width: 'i32',
  },
  transpose: {
    x: 'Input', y: 'Output', rows: 'i32', columns: 'i32',
  },
  unary: {
    operation: 'UnaryOperation', x: 'Input', y: 'Output', count: 'i32', alpha: 'f32', beta: 'f32',
  },
  winograd_conv2d: {
    x: 'Input', packed: 'Input', bias: 'Input', residual: 'Input', y: 'Output', batch: 'i32', height: 'i32',
    width: 'i32', channels: 'i32', outHeight: 'i32', outWidth: 'i32', outChannels: 'i32', filterHeight: 'i32',
    dilationY: 'i32', padTop: 'i32', padLeft: 'i32', lower: 'f32', upper: 'f32', scratch: 'Scratch',
  },
  winograd_scratch_bytes: {
    height: 'i32', channels: 'i32', outWidth: 'i32', outChannels: 'i32', filterHeight: 'i32',
  },
  winograd_weights: {
    packed: 'Input', transformed: 'Output', filterHeight: 'i32', channels: 'i32', outChannels: 'i32',
  },
} as const;

/** The functions of the WebAssembly module. Addresses are in bytes; assembly/ says what each of them computes. */
export interface KernelFunctions {
  batch_norm(
    x: number, mean: number, variance: number, offset: number, scale: number, y: number, rows: number,
    channels: number, epsilon: number, scratch: number,
  ): void;
  batch_norm_scratch_bytes(
    channels: number,
  ): number;
  binary(
    operation: BinaryOperation, a: number, b: number, c: number, size0: number, size1: number, size2: number,
    size3: number, a0: number, a1: number, a2: number, a3: number, b0: number, b1: number, b2: number,
    b3: number,
  ): void;
  column_sums(
    packed: number, pivot: number, k: number, n: number, sums: number,
  ): void;
  conv2d(
    x: number, packed: number, bias: number, residual: number, y: number, batch: number, height: number,
    width: number, channels: number, outHeight: number, outWidth: number, outChannels: number,
    filterHeight: number, filterWidth: number, strideY: number, strideX: number, dilationY: number,
    dilationX: number, padTop: number, padLeft: number, lower: number, upper: number, scratch: number,
  ): void;
  conv2d_quantized(
    x: number, packed: number, vectors: number, format: ElementFormat, zero: number, bias: number,
    residual: number, y: number, batch: number, height: number, width: number, channels: number,
    outHeight: number, outWidth: number, outChannels: number, filterHeight: number, filterWidth: number,
    strideY: number, strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number,
    lower: number, upper: number, scratch: number,
  ): void;
  conv2d_quantized_scratch_bytes(
    channels: number, filterHeight: number, filterWidth: number, outChannels: number,
  ): number;
  conv2d_scratch_bytes(
    channels: number, filterHeight: number, filterWidth: number,
  ): number;
  copy(
    x: number, y: number, size0: number, size1: number, size2: number, size3: number, size4: number,
    x0: number, x1: number, x2: number, x3: number, x4: number, y0: number, y1: number, y2: number,
    y3: number, y4: number,
  ): void;
  copy_bytes(
    x: number, y: number, size0: number, size1: number, size2: number, size3: number, size4: number,
    x0: number, x1: number, x2: number, x3: number, x4: number, y0: number, y1: number, y2: number,
    y3: number, y4: number,
  ): void;
  depthwise_conv2d(
    x: number, filter: number, bias: number, y: number, batch: number, height: number, width: number,
    channels: number, outHeight: number, outWidth: number, filterHeight: number, filterWidth: number,
    strideY: number, strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number,
    lower: number, upper: number,
  ): void;
  dynamic_product(
    x: number, packed: number, zero: number, sums: number, scales: number, bias: number, residual: number,
    c: number, m: number, k: number, n: number, lower: number, upper: number, fused: 0 | 1,
  ): void;
  dynamic_row_bytes(
    width: number,
  ): number;
  expand_depthwise(
    x: number, packed: number, vectors: number, format: ElementFormat, zero: number, expandBias: number,
    filter: number, bias: number, y: number, batch: number, height: number, width: number, channels: number,
    expandedChannels: number, outHeight: number, outWidth: number, filterHeight: number, filterWidth: number,
    strideY: number, strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number,
    expandedLower: number, expandedUpper: number, lower: number, upper: number, scratch: number,
  ): void;
  expand_depthwise_scratch_bytes(
    width: number, channels: number, expandedChannels: number, filterHeight: number, dilationY: number,
    quantized: 0 | 1,
  ): number;
  fill(
    y: number, count: number, value: number,
  ): void;
  fill_bytes(
    y: number, count: number, value: number,
  ): void;
  floats_of_integers(
    x: number, y: number, count: number, offset: number,
  ): void;
  gemm(
    a: number, lda: number, packed: number, bias: number, residual: number, c: number, ldc: number, m: number,
    k: number, n: number, lower: number, upper: number, scratch: number,
  ): void;
  gemm_quantized(
    a: number, lda: number, packed: number, vectors: number, format: ElementFormat, zero: number,
    bias: number, residual: number, c: number, ldc: number, m: number, k: number, n: number, lower: number,
    upper: number, scratch: number,
  ): void;
  gemm_quantized_scratch_bytes(
    format: ElementFormat, m: number, k: number, n: number,
  ): number;
  gemm_scratch_bytes(

  ): number;
  has_fused_dot(

  ): number;
  has_infinite_half(
    b: number, count: number,
  ): number;
  integer_add(
    a: number, aOffset: number, aScale: number, b: number, bOffset: number, bScale: number, y: number,
    count: number, scale: number, zero: number, lower: number, upper: number,
  ): void;
  integer_conv2d(
    x: number, packed: number, weightZero: number, rowFactor: number, head: number, y: number, batch: number,
    height: number, width: number, channels: number, outHeight: number, outWidth: number, outChannels: number,
    filterHeight: number, filterWidth: number, strideY: number, strideX: number, dilationY: number,
    dilationX: number, padTop: number, padLeft: number, outside: number, zero: number, lower: number,
    upper: number, fused: 0 | 1, scratch: number,
  ): void;
  integer_conv2d_scratch_bytes(
    channels: number, outChannels: number, filterHeight: number, filterWidth: number,
  ): number;
  integer_depthwise(
    x: number, packed: number, y: number, batch: number, height: number, width: number, channels: number,
    outHeight: number, outWidth: number, filterHeight: number, filterWidth: number, period: number,
    strideY: number, strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number,
    outside: number, zero: number, lower: number, upper: number, fused: 0 | 1, scratch: number,
  ): void;
  integer_depthwise_scratch_bytes(
    channels: number, outWidth: number, filterHeight: number, filterWidth: number, strideX: number,
    dilationX: number,
  ): number;
  integer_pool2d(
    x: number, y: number, average: 0 | 1, batch: number, height: number, width: number, channels: number,
    outHeight: number, outWidth: number, filterHeight: number, filterWidth: number, strideY: number,
    strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number, offset: number,
    scale: number, zero: number, lower: number, upper: number,
  ): void;
  integers_of_floats(
    x: number, y: number, count: number, offset: number,
  ): number;
  largest_magnitude_sum(
    packed: number, zero: number, k: number, n: number,
  ): number;
  layer_norm(
    x: number, gamma: number, beta: number, y: number, rows: number, width: number, epsilon: number,
  ): void;
  map_bytes(
    x: number, table: number, y: number, count: number,
  ): void;
  narrow_integers(
    x: number, y: number, count: number, shift: number, lower: number, upper: number,
  ): void;
  pack_b(
    b: number, packed: number, k: number, n: number, stride: number,
  ): void;
  pack_b_transposed(
    b: number, packed: number, k: number, n: number, stride: number,
  ): void;
  packed_bytes(
    k: number, n: number,
  ): number;
  place_elements(
    b: number, packed: number, k: number, n: number, transposed: 0 | 1, shift: number, first: number,
    count: number,
  ): void;
  pool2d(
    x: number, y: number, average: 0 | 1, batch: number, height: number, width: number, channels: number,
    outHeight: number, outWidth: number, filterHeight: number, filterWidth: number, strideY: number,
    strideX: number, dilationY: number, dilationX: number, padTop: number, padLeft: number,
  ): void;
  quantize_floats(
    x: number, y: number, count: number, scale: number, zero: number, lower: number, upper: number,
  ): number;
  quantize_rows(
    x: number, y: number, rows: number, width: number, least: number,
  ): number;
  quantize_tensor(
    x: number, divisor: number, zero: number, y: number, rows: number, width: number,
  ): number;
  softmax(
    x: number, y: number, rows: number, width: number,
  ): void;
  sum_middle(
    x: number, y: number, outer: number, reduced: number, inner: number, scale: number,
  ): void;
  sums_of_integers(
    x: number, y: number, outer: number, reduced: number, inner: number, offset: number, scale: number,
  ): void;
  take_elements(
    packed: number, b: number, k: number, n: number, transposed: 0 | 1, shift: number, first: number,
    count: number,
  ): void;
  tensor_row_bytes(
    width: number,
  ): number;
  transpose(
    x: number, y: number, rows: number, columns: number,
  ): void;
  unary(
    operation: UnaryOperation, x: number, y: number, count: number, alpha: number, beta: number,
  ): void;
  winograd_conv2d(
    x: number, packed: number, bias: number, residual: number, y: number, batch: number, height: number,
    width: number, channels: number, outHeight: number, outWidth: number, outChannels: number,
    filterHeight: number, dilationY: number, padTop: number, padLeft: number, lower: number, upper: number,
    scratch: number,
  ): void;
  winograd_scratch_bytes(
    height: number, channels: number, outWidth: number, outChannels: number, filterHeight: number,
  ): number;
  winograd_weights(
    packed: number, transformed: number, filterHeight: number, channels: number, outChannels: number,
  ): void;
}
