import '@tensorflow/tfjs-backend-cpu';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Weight } from '../../../import/graph/graph.ts';
import { quantize } from '../../../import/tfjs/writer/quantize.ts';
import { writeLayersModel } from '../../../import/tfjs/writer/write_layers_model.ts';
import { numberToFloat16 } from '../../../worker/model/float16.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { readArtifacts } from '../../fixtures/graphs/load_graph.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

const folder = await temporaryFolder();
let directories = 0;
async function newDirectory(): Promise<string> {
  const directory = join(folder, String(directories++));
  await mkdir(directory);
  return directory;
}
function decodeQuantized(values: Float32Array, mode: 'float16' | 'uint8'): Float32Array {
  const { bytes, quantization } = quantize(new Uint8Array(values.buffer), mode);
  const spec = { name: 'w', shape: [values.length], dtype: 'float32' as const };
  const { w } = io.decodeWeights(new Uint8Array(bytes).buffer, [
    quantization === undefined ? spec : { ...spec, quantization },
  ]);
  return Float32Array.from(w?.dataSync() ?? []);
}

describe('quantized weights', () => {
  const values = fc.float32Array({ minLength: 1, maxLength: 300, noNaN: true, noDefaultInfinity: true });

  test('as float16 are off by no more than half a unit in the last place, and never become infinite', () =>
    fc.assert(
      fc.property(values, (original) => {
        const decoded = decodeQuantized(original, 'float16');
        for (const [index, value] of original.entries()) {
          const error = Math.abs((decoded[index] ?? Number.NaN) - value);
          expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
        }
      }),
    ));

  test('as uint8 are off by no more than a level, and zero stays zero', () =>
    fc.assert(
      fc.property(values, (original) => {
        const decoded = decodeQuantized(original, 'uint8');
        const scale = (Math.max(...original) - Math.min(...original)) / 255;
        for (const [index, value] of original.entries()) {
          const found = decoded[index] ?? Number.NaN;
          expect(Math.abs(found - value)).toBeLessThanOrEqual(scale * 1.001 + Math.abs(value) * 1e-6);
          if (value === 0) expect(Math.abs(found)).toBeLessThanOrEqual(scale * 1e-4);
        }
      }),
    ));

  test('are only those that are large and of floats', async () => {
    const directory = await newDirectory();
    const large = Array.from({ length: 2000 }, (_, index) => index / 2000);
    const weights = {
      kernel: float32Weight([2000], large),
      bias: float32Weight([3], [1, 2, 3]),
      indices: int32Weight([2000], large),
      outlier: float32Weight([2000], [...large.slice(1), 1e6]),
    };
    const named = Object.entries(weights).map(([name, weight]) => ({ name, weight }));
    await writeLayersModel({}, named, directory, { quantize: 'float16' });
    const { weightSpecs } = await readArtifacts(directory);
    expect(weightSpecs?.map(({ name, quantization }) => [name, quantization?.dtype])).toEqual([
      ['kernel', 'float16'],
      ['bias', undefined],
      ['indices', undefined],
      ['outlier', undefined],
    ]);
  });

  test('keep the form that they came in', async () => {
    const directory = await newDirectory();
    const weight: Weight = {
      ...float32Weight([2], [1, 3]),
      quantized: {
        quantization: { dtype: 'uint16', scale: 2, min: 1 },
        byteLength: 4,
        read: async () => new Uint8Array([0, 0, 1, 0]),
      },
    };
    await writeLayersModel({}, [{ name: 'w', weight }], directory, { quantize: 'uint8' });
    const { weightData, weightSpecs } = await readArtifacts(directory);
    if (!(weightData instanceof ArrayBuffer) || weightSpecs === undefined) throw new Error('no weights');
    expect([...(io.decodeWeights(weightData, weightSpecs).w?.dataSync() ?? [])]).toEqual([1, 3]);
  });

  test('round to even like the machine', () =>
    fc.assert(
      fc.property(fc.nat(0x7bff), (bits) => {
        const decode = (half: number) => {
          const spec = { name: 'w', shape: [], dtype: 'float32' as const };
          const weights = [{ ...spec, quantization: { dtype: 'float16' as const } }];
          return io.decodeWeights(new Uint16Array([half]).buffer, weights).w?.dataSync()[0] ?? Number.NaN;
        };
        expect(numberToFloat16(decode(bits))).toBe(bits);
        const middle = (decode(bits) + decode(bits + 1)) / 2;
        if (Number.isFinite(middle)) expect(numberToFloat16(middle) & 1).toBe(0);
      }),
    ));
});
