import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../scripts/build/kernel_build.ts';
import { instantiateKernels } from '../../../worker/runtime/kernels/kernel_functions.ts';
import { ElementFormat } from '../../../worker/runtime/kernels/kernel_signatures.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { compiled } from '../../fixtures/kernels/node_backend.ts';

/** Allocates consecutive blocks in a separate memory. */
function heapOf(memory: WebAssembly.Memory) {
  let end = 64;
  const place = (bytes: number): number => {
    const address = end;
    end += Math.ceil(bytes / 16) * 16;
    if (end > memory.buffer.byteLength) throw new Error('the memory is too small for this case');
    return address;
  };
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count);
  const random = (count: number, seed: number): number => {
    const address = place(4 * count);
    floats(address, count).set(randomValues(count, seed));
    return address;
  };
  return { place, floats, random };
}

const shape = fc.record({
  build: fc.constantFrom(0 as const, 1 as const),
  format: fc.constantFrom(undefined, 'uint8' as const, 'uint16' as const, 'float16' as const),
  batch: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 60 }),
  width: fc.integer({ min: 3, max: 40 }),
  channels: fc.integer({ min: 1, max: 3 }),
  // Enough channels for several strips, or few enough for one.
  expandedChannels: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 200, max: 500 })),
  filter: fc.integer({ min: 1, max: 3 }),
  strideY: fc.integer({ min: 1, max: 4 }),
  strideX: fc.integer({ min: 1, max: 2 }),
  dilationY: fc.integer({ min: 1, max: 3 }),
  padTop: fc.nat(4),
  padBottom: fc.nat(4),
  padLeft: fc.nat(2),
  biased: fc.boolean(),
  seed: fc.nat(1000),
});

test('a pointwise and a depthwise convolution in strips are, bit for bit, what they are one after the other', () => {
  fc.assert(
    fc.property(
      shape,
      ({ build, batch, height, width, channels, expandedChannels: expanded, ...options }) => {
        const {
          format,
          filter: size,
          strideY,
          strideX,
          dilationY,
          padTop,
          padBottom,
          padLeft,
          biased,
          seed,
        } = options;
        const outHeight =
          Math.floor((height + padTop + padBottom - (size - 1) * dilationY - 1) / strideY) + 1;
        const outWidth = Math.floor((width + padLeft - size) / strideX) + 1;
        fc.pre(outHeight > 0 && outWidth > 0);
        const memory = new WebAssembly.Memory({ initial: 800 });
        const functions = instantiateKernels(compiled(KERNEL_BUILDS[build].output), memory);
        const heap = heapOf(memory);
        const pixels = batch * height * width;
        const x = heap.random(pixels * channels, seed);
        const matrix = heap.random(channels * expanded, seed + 1);
        const packed = heap.place(functions.packed_bytes(channels + 3, expanded));
        // The bits of these numbers serve as random quantized elements. Half-precision elements have one exponent bit
        // less.
        if (format === undefined) functions.pack_b(matrix, packed, channels, expanded, expanded);
        else {
          const shift = format === 'uint8' ? 0 : 1;
          const elements = new Uint16Array(memory.buffer, matrix, channels * expanded);
          if (format === 'float16')
            for (const [index, bits] of elements.entries()) elements[index] = bits & 0xbbff;
          functions.place_elements(matrix, packed, channels, expanded, 0, shift, 0, channels * expanded);
        }
        const vectors = heap.random(2 * expanded, seed + 5);
        const quantized = [
          format === undefined ? 0 : vectors,
          format === undefined ? 0 : ElementFormat[format],
          77,
        ] as const;
        const filter = heap.random(size * size * expanded, seed + 2);
        const [expandBias, bias] = biased
          ? [heap.random(expanded, seed + 3), heap.random(expanded, seed + 4)]
          : [0, 0];
        const between = heap.place(4 * pixels * expanded);
        const count = batch * outHeight * outWidth * expanded;
        const [wanted, y] = [heap.random(count, 5), heap.random(count, 6)];
        const quantizes = format === undefined ? 0 : 1;
        const scratch = heap.place(
          functions.expand_depthwise_scratch_bytes(width, channels, expanded, size, dilationY, quantizes),
        );
        const end = heap.random(4, 7);
        const after = heap.floats(end, 4).slice();
        const window = [
          outHeight,
          outWidth,
          size,
          size,
          strideY,
          strideX,
          dilationY,
          1,
          padTop,
          padLeft,
        ] as const;

        const product = [expandBias, 0, between, expanded, pixels, channels, expanded, -0.3, 0.4] as const;
        if (format === undefined) functions.gemm(x, channels, packed, ...product, scratch);
        else functions.gemm_quantized(x, channels, packed, ...quantized, ...product, scratch);
        functions.depthwise_conv2d(
          between,
          filter,
          bias,
          wanted,
          batch,
          height,
          width,
          expanded,
          ...window,
          -0.5,
          0.6,
        );
        const strips = [
          expandBias,
          filter,
          bias,
          y,
          batch,
          height,
          width,
          channels,
          expanded,
          ...window,
          -0.3,
          0.4,
          -0.5,
          0.6,
          scratch,
        ] as const;
        functions.expand_depthwise(x, packed, ...quantized, ...strips);
        // Compared in a loop, because a million values are too many for a matcher.
        const [values, wants] = [heap.floats(y, count), heap.floats(wanted, count)];
        const different = wants.findIndex((want, index) => values[index] !== want);
        expect(
          different === -1 ? undefined : [different, values[different], wants[different]],
        ).toBeUndefined();
        expect(heap.floats(end, 4)).toEqual(after);
      },
    ),
    { numRuns: 60 },
  );
});
