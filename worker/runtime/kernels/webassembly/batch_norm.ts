import type { FusedBatchNormAttrs, FusedBatchNormInputs } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { isCovered, isVectorOrAbsent, type Kernel } from '../kernel.ts';

export const batchNormalization: Kernel<FusedBatchNormInputs, FusedBatchNormAttrs> = (
  { functions, heap },
  { x, scale, offset, mean, variance },
  { varianceEpsilon },
) => {
  if (!isCovered(x) || !isCovered(mean) || !isCovered(variance)) return undefined;
  const channels = x.shape.at(-1) ?? 1;
  if (![mean, variance, scale, offset].every((vector) => isVectorOrAbsent(vector, channels)))
    return undefined;
  const result = heap.output(x.shape);
  functions.batch_norm(
    heap.address(x),
    heap.address(mean),
    heap.address(variance),
    heap.addressOrNone(offset),
    heap.addressOrNone(scale),
    heap.address(result),
    elementCount(x.shape) / channels,
    channels,
    varianceEpsilon,
    heap.scratch(functions.batch_norm_scratch_bytes(channels)),
  );
  return result;
};
