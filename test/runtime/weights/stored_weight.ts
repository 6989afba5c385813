import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { createWeightSink } from '../../../worker/runtime/weights/create_weight_sink.ts';
import { type MatrixRole, matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';
import { MatrixSink } from '../../../worker/runtime/weights/matrix_sink.ts';
import { quantizedElements } from '../../../worker/runtime/weights/quantized_weight.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';

/** Writes all bytes in pieces of these lengths. The last piece has the rest. */
export function streamWeight(
  kernels: RegisteredKernels,
  spec: WeightSpec,
  bytes: Uint8Array,
  cuts: readonly number[],
  role?: MatrixRole,
): tf.Tensor {
  const layout = role && matrixLayout(spec, role);
  // Even a small weight gets the treatment of a large one, which would stay quantized.
  const sink = layout
    ? new MatrixSink(kernels, spec, layout, quantizedElements(spec))
    : createWeightSink(kernels, spec);
  let taken = 0;
  for (const cut of [...cuts, bytes.length]) taken += sink.write(bytes.subarray(taken, taken + cut));
  expect(taken).toBe(bytes.length);
  expect(sink.complete).toBe(true);
  expect(sink.write(Uint8Array.of(1, 2, 3))).toBe(0);
  return sink.finish();
}

/** The stored forms of weights. */
export const quantization = fc.constantFrom<WeightSpec['quantization']>(
  undefined,
  { dtype: 'uint8', scale: 0.0123, min: -1.5 },
  { dtype: 'uint16', scale: 0.000123, min: -4 },
  { dtype: 'float16' },
);
/** The bytes of a weight with values of about -1 to 1. */
export function storedBytes({ shape, quantization }: WeightSpec, seed: number): Uint8Array {
  const count = tf.util.sizeFromShape(shape);
  const values = randomValues(count, seed);
  switch (quantization?.dtype) {
    case undefined:
      return new Uint8Array(values.buffer);
    case 'uint8':
      return Uint8Array.from(values, (value) => value * 128 + 128);
    case 'uint16':
      return new Uint8Array(Uint16Array.from(values, (value) => value * 32768 + 32768).buffer);
    case 'float16':
      // Infinity and NaN have the exponent 31.
      return new Uint8Array(Uint16Array.from(values, (value) => (value * 32768 + 32768) & 0xbbff).buffer);
  }
}
