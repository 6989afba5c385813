import { describe, expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../../scripts/build/kernel_build.ts';
import { instantiateKernels } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { compiled } from '../../../fixtures/kernels/node_backend.ts';

describe.each(KERNEL_BUILDS)('the scratch memory of $output is stated beyond 32 bits', ({ output }) => {
  const functions = instantiateKernels(compiled(output), new WebAssembly.Memory({ initial: 1 }));

  test('for the transformed image of a padded convolution', () => {
    for (const [height, outWidth] of [
      [65_409, 684],
      [65_409, 480],
      [1, 8],
    ] as const) {
      const transformed = 6 * height * (outWidth / 4) * 16;
      const products = 6 * 24 * 32;
      const bytes = functions.winograd_scratch_bytes(height, 16, outWidth, 27, 2);
      expect(bytes).toBe(4 * (16 + transformed + products) + 24 * 2);
    }
  });

  test('for the lines between the taps of a dilated filter', () => {
    for (const dilation of [2 ** 27, 2 ** 26 + 5, 2 ** 15])
      expect(functions.expand_depthwise_scratch_bytes(64, 3, 64, 3, dilation, 0)).toBe(
        64 + 4 * (2 * dilation + 1) * 64 * 64,
      );
  });
});
