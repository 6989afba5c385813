import { enableProdMode, io } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureWeightGroup } from '../../../import/files/weights.ts';
import type { WeightSpec } from '../../../worker/model/model_json.ts';

// Otherwise tfjs prints the advice to install tfjs-node.
enableProdMode();

const quantization = fc.constantFrom(
  { dtype: 'uint8', scale: 0.5, min: -1 } as const,
  { dtype: 'uint16', scale: 0.5, min: -1 } as const,
  { dtype: 'float16' } as const,
);
const dtype = fc.oneof(
  fc.constantFrom({ dtype: 'float32' as const }, { dtype: 'int32' as const }, { dtype: 'bool' as const }),
  fc.record({ dtype: fc.constant('float32' as const), quantization }),
);
const specs = fc
  .array(fc.tuple(dtype, fc.array(fc.nat(4), { maxLength: 3 })), { minLength: 1, maxLength: 5 })
  .map((types) => types.map(([type, shape], index) => ({ name: `w${index}`, shape, ...type })));

/**
 * The number of bytes that tfjs reads from the start of a buffer for these weights, and the size of the weights in
 * memory.
 */
function decode(weights: io.WeightsManifestEntry[]): { stored: number; memory: number } {
  for (let stored = 0; ; stored++) {
    try {
      const tensors = Object.values(io.decodeWeights(new ArrayBuffer(stored), weights));
      const memory = tensors.reduce((sum, { size, dtype }) => sum + size * (dtype === 'bool' ? 1 : 4), 0);
      for (const tensor of tensors) tensor.dispose();
      return { stored, memory };
    } catch {
      // The buffer is still too small.
    }
  }
}

test('weights occupy exactly the bytes that tfjs decodes them from', () => {
  return fc.assert(
    fc.property(specs, (weights) => {
      const { stored, memory } = decode(weights);
      const group: { paths: string[]; weights: WeightSpec[] } = { paths: [], weights };
      expect(measureWeightGroup(group, stored)).toEqual({ kind: 'read', value: memory });
      expect(measureWeightGroup(group, stored + 1).kind).toBe('malformed');
      if (stored > 0) expect(measureWeightGroup(group, stored - 1).kind).toBe('malformed');
    }),
    { numRuns: 50 },
  );
});
