import { expect, test } from 'vitest';
import {
  EXPANSION_POSITIONS,
  fuseExpansions,
} from '../../../../worker/runtime/plan/fuse/fuse_inverted_residuals.ts';
import type { FunctionStep, Place } from '../../../../worker/runtime/plan/ir/step.ts';

/** An image of 100 by 90 pixels, 3 channels, and 64 once it is expanded. */
const [HEIGHT, WIDTH, CHANNELS, EXPANDED] = [100, 90, 3, 64];
const at = (buffer: number): Place => ({ buffer, offset: 0 });
const SIZES = [0, 1, 2].map(() => 4 * HEIGHT * WIDTH * EXPANDED);
const functions = {
  expand_depthwise_scratch_bytes: () => 1000,
  expand_depthwise_quantized_scratch_bytes: (...sizes: number[]) => Number(sizes.join('')),
};

/** A step whose arguments are named by their positions; those that are not given tell their own. */
function step(
  name: keyof typeof EXPANSION_POSITIONS,
  count: number,
  given: Readonly<Record<string, number | Place>>,
): FunctionStep {
  const values: (number | Place)[] = Array.from({ length: count }, (_, position) => 1000 + position);
  for (const [parameter, position] of Object.entries(EXPANSION_POSITIONS[name])) {
    const value = given[parameter];
    if (value !== undefined) values[position] = value;
  }
  const buffers = (names: string[]) =>
    names.flatMap((each) => {
      const value = given[each];
      return typeof value === 'object' ? [value.buffer] : [];
    });
  return {
    kind: 'function',
    name,
    reads: buffers(['a', 'x']),
    writes: buffers(['c', 'y']),
    arguments: values,
  };
}

const product = { a: at(0), lda: CHANNELS, residual: 0, c: at(1), ldc: EXPANDED, k: CHANNELS, n: EXPANDED };
const image = { x: at(1), y: at(2), batch: 1, channels: EXPANDED, filterHeight: 3, dilationY: 2 };
const depthwise = step('depthwise_conv2d', 20, { ...image, height: HEIGHT, width: WIDTH });

const fuse = (steps: FunctionStep[], sizes = SIZES) => {
  const bytes = [...sizes];
  const fused = fuseExpansions(steps, [2], bytes, functions, (size) => bytes.push(size) - 1);
  return { fused, bytes };
};

test('a product and a depthwise convolution of all of it become one step', () => {
  const gemm = step('gemm', 13, { ...product, m: HEIGHT * WIDTH });
  const { fused, bytes } = fuse([gemm, depthwise]);
  expect(fused).toEqual([
    {
      kind: 'function',
      name: 'expand_depthwise',
      reads: [0],
      writes: [2, 3],
      arguments: [
        ...[at(0), 1002, 1003, 1001, 1002, at(2), 1, HEIGHT, WIDTH, CHANNELS, EXPANDED],
        ...[1008, 1009, 3, 1011, 1012, 1013, 2, 1015, 1016, 1017, 1010, 1011, 1018, 1019, at(3)],
      ],
    },
  ]);
  expect(bytes.at(3)).toBe(1000);
});

test('of a quantized matrix with what that is made of', () => {
  const gemm = step('gemm_quantized', 16, { ...product, m: HEIGHT * WIDTH });
  const { fused, bytes } = fuse([gemm, depthwise]);
  expect(fused).toEqual([
    {
      kind: 'function',
      name: 'expand_depthwise_quantized',
      reads: [0],
      writes: [2, 3],
      arguments: [
        ...[at(0), 1002, 1003, 1004, 1005, 1006, 1001, 1002, at(2), 1, HEIGHT, WIDTH, CHANNELS, EXPANDED],
        ...[1008, 1009, 3, 1011, 1012, 1013, 2, 1015, 1016, 1017, 1013, 1014, 1018, 1019, at(3)],
      ],
    },
  ]);
  expect(bytes.at(3)).toBe(Number(`${WIDTH}${CHANNELS}${EXPANDED}32`));
});

test('but not where the image is a single pixel, or small', () => {
  const pixel = step('depthwise_conv2d', 20, { ...image, height: 1, width: 1 });
  const one = [step('gemm_quantized', 16, { ...product, m: 1 }), pixel];
  expect(fuse(one).fused).toEqual(one);
  const small = [step('gemm', 13, { ...product, m: HEIGHT * WIDTH }), depthwise];
  expect(fuse(small, [1000, 1000, 1000]).fused).toEqual(small);
});
