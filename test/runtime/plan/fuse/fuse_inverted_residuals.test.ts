import { expect, test } from 'vitest';
import { fuseInvertedResiduals } from '../../../../worker/runtime/plan/fuse/fuse_inverted_residuals.ts';
import type { Place } from '../../../../worker/runtime/plan/ir/buffers.ts';
import { type FunctionStep, functionStep } from '../../../../worker/runtime/plan/ir/function_step.ts';

/** An image of 100 by 90 pixels with 3 channels, and 64 after the expansion. */
const [HEIGHT, WIDTH, CHANNELS, EXPANDED] = [100, 90, 3, 64];
const at = (buffer: number): Place => ({ buffer, offset: 0 });
const SIZES = [0, 1, 2].map(() => 4 * HEIGHT * WIDTH * EXPANDED);
/** Differs for all sizes, and is less than the expanded image. */
const scratchOf = (...sizes: number[]): number => Number(sizes.join('')) / 1000;
const functions = { expand_depthwise_scratch_bytes: scratchOf };

/** All arguments differ, so that a swapped one is found. */
const product = (m: number) => ({
  ...{ a: at(0), lda: CHANNELS, packed: 1002, bias: 1003, residual: 0, c: at(1), ldc: EXPANDED, m },
  ...{ k: CHANNELS, n: EXPANDED, lower: 1010, upper: 1011, scratch: 1012 },
});
const elements = { vectors: 1203, format: 1204, zero: 1205 };
const window = {
  ...{ outHeight: 1108, outWidth: 1109, filterHeight: 3, filterWidth: 1111, strideY: 1112, strideX: 1113 },
  ...{ dilationY: 2, dilationX: 1115, padTop: 1116, padLeft: 1117, lower: 1118, upper: 1119 },
};
const image = (height: number, width: number) => ({
  ...{ x: at(1), filter: 1101, bias: 1102, y: at(2), batch: 1, height, width, channels: EXPANDED },
  ...window,
});
const depthwise = functionStep('depthwise_conv2d', image(HEIGHT, WIDTH));
const expanded = {
  ...{ x: at(0), packed: 1002, expandBias: 1003, filter: 1101, bias: 1102, y: at(2) },
  ...{ batch: 1, height: HEIGHT, width: WIDTH, channels: CHANNELS, expandedChannels: EXPANDED },
  ...window,
  ...{ expandedLower: 1010, expandedUpper: 1011, scratch: at(3) },
};

const fuse = (steps: FunctionStep[], sizes = SIZES, scratch = functions) => {
  const bytes = [...sizes];
  const fused = fuseInvertedResiduals(steps, [2], bytes, scratch, (size) => bytes.push(size) - 1);
  return { fused, bytes };
};

test('a product and a depthwise convolution of all of it become one step', () => {
  const { fused, bytes } = fuse([functionStep('gemm', product(HEIGHT * WIDTH)), depthwise]);
  expect(fused).toEqual([
    {
      kind: 'function',
      name: 'expand_depthwise',
      reads: [0],
      writes: [2, 3],
      arguments: { ...expanded, vectors: 0, format: 0, zero: 0 },
    },
  ]);
  expect(bytes.at(3)).toBe(scratchOf(WIDTH, CHANNELS, EXPANDED, 3, 2, 0));
});

test('a product with a quantized matrix too, by its stored elements', () => {
  const gemm = functionStep('gemm_quantized', { ...product(HEIGHT * WIDTH), ...elements });
  const { fused, bytes } = fuse([gemm, depthwise]);
  expect(fused).toEqual([
    {
      kind: 'function',
      name: 'expand_depthwise',
      reads: [0],
      writes: [2, 3],
      arguments: { ...expanded, ...elements },
    },
  ]);
  expect(bytes.at(3)).toBe(scratchOf(WIDTH, CHANNELS, EXPANDED, 3, 2, 1));
});

test('but not where the image is a single pixel, or small, or no larger than a strip of its lines', () => {
  const pixel = functionStep('depthwise_conv2d', image(1, 1));
  const one = [functionStep('gemm_quantized', { ...product(1), ...elements }), pixel];
  expect(fuse(one).fused).toEqual(one);
  const small = [functionStep('gemm', product(HEIGHT * WIDTH)), depthwise];
  expect(fuse(small, [1000, 1000, 1000]).fused).toEqual(small);
  const [, between = 0] = SIZES;
  expect(fuse(small, SIZES, { expand_depthwise_scratch_bytes: () => between }).fused).toEqual(small);
});
