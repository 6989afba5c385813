import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { Step } from '../ir/step.ts';
import { buffersBeforeRounding } from './dynamic/before_rounding.ts';
import type { DynamicFunctions } from './dynamic/scaled_product.ts';
import { useDynamicProducts } from './dynamic/use_dynamic_products.ts';
import { type Fold, fuseEpilogues } from './fuse_epilogues.ts';
import { fuseGeluAndSilu } from './fuse_gelu_silu.ts';
import { fuseInvertedResiduals, type InvertedResidualScratch } from './fuse_inverted_residuals.ts';
import { fuseResiduals } from './fuse_residuals.ts';
import type { HeapReader } from './integers/heap_reader.ts';
import type { IntegerFunctions } from './integers/integer_product.ts';
import { useIntegers } from './integers/use_integers.ts';
import { fuseLayerNorms } from './layer_norm/fuse_layer_norm.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';
import { useWinograd } from './use_winograd.ts';
import type { PackedFilter } from './winograd_weights.ts';

export interface FusedSteps {
  readonly steps: readonly Step[];
  /** True if the order of sums has changed, apart from folded weights. */
  readonly isReordered: boolean;
}

/** The functions that copy weights. They return undefined for weights that are not copied. */
export interface WeightCopies {
  readonly fold: Fold;
  readonly transform: (filter: PackedFilter) => number | undefined;
  /** Places copies of weights as bytes in memory. */
  readonly place: (bytes: Uint8Array) => number | undefined;
}

/**
 * Fuses steps into fewer ones that compute the same. If rows are quantized on the way, nothing before that changes the order of
 * sums: a difference in the last bit of a number can change its code, which is a difference of up to a hundredth.
 *
 * @param bufferBytes receives the sizes of additional buffers
 */
export function fuseAll(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: number[],
  constants: ConstantValues,
  heap: HeapReader,
  { fold, transform, place, mayReorder }: WeightCopies & { readonly mayReorder: boolean },
  functions: InvertedResidualScratch &
    IntegerFunctions &
    DynamicFunctions &
    Pick<KernelFunctions, 'winograd_scratch_bytes'>,
): FusedSteps {
  const createBuffer = (bytes: number): BufferId => bufferBytes.push(bytes) - 1;
  const none = () => undefined;
  const context = { heap, functions, createBuffer, place };
  // Bytes do not cover all values, and a plan that may not reorder is the one that covers what others did not.
  const dynamic = mayReorder ? useDynamicProducts(steps, outputs, bufferBytes, context) : steps;
  const isSensitive = dynamic !== steps;
  const integers = mayReorder ? useIntegers(dynamic, outputs, bufferBytes, context) : steps;
  const gated = fuseGeluAndSilu(integers, outputs, bufferBytes, constants);
  const before: ReadonlySet<BufferId> = isSensitive ? buffersBeforeRounding(integers) : new Set();
  const mayMove = (buffer: BufferId): boolean => !before.has(buffer);
  // Behind the last product of a transformer is one normalization, for which a proof that allows for rounding is not worth it.
  const normalized =
    mayReorder && !isSensitive ? fuseLayerNorms(gated, outputs, bufferBytes, constants) : gated;
  const folded = fuseEpilogues(normalized, outputs, bufferBytes, fold, mayMove);
  const added = fuseResiduals(folded, outputs, bufferBytes, constants);
  // A clamp may follow a residual addition.
  const bounded = fuseEpilogues(added, outputs, bufferBytes, none);
  const halved = useWinograd(bounded, transform, functions.winograd_scratch_bytes, createBuffer, mayMove);
  const expanded = fuseInvertedResiduals(halved, outputs, bufferBytes, functions, createBuffer);
  return { steps: expanded, isReordered: normalized.length < gated.length };
}
