import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { Step } from '../ir/step.ts';
import { type Fold, fuseEpilogues } from './fuse_epilogues.ts';
import { fuseGeluAndSilu } from './fuse_gelu_silu.ts';
import { fuseInvertedResiduals, type InvertedResidualScratch } from './fuse_inverted_residuals.ts';
import { fuseResiduals } from './fuse_residuals.ts';
import { fuseLayerNorms } from './layer_norm/fuse_layer_norm.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';
import { useWinograd } from './use_winograd.ts';
import type { PackedFilter } from './winograd_weights.ts';

export interface FusedSteps {
  readonly steps: readonly Step[];
  /** Whether sums are in another order than they were, folded weights aside. */
  readonly isReordered: boolean;
}

/** How weights are copied; undefined for those that are not. */
export interface WeightCopies {
  readonly fold: Fold;
  readonly transform: (filter: PackedFilter) => number | undefined;
}

/**
 * Lets fewer steps compute the same.
 *
 * @param bufferBytes what is added to it are buffers that the steps need besides
 */
export function fuseAll(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: number[],
  constants: ConstantValues,
  { fold, transform, mayReorder }: WeightCopies & { readonly mayReorder: boolean },
  functions: InvertedResidualScratch & Pick<KernelFunctions, 'winograd_scratch_bytes'>,
): FusedSteps {
  const gated = fuseGeluAndSilu(steps, outputs, bufferBytes, constants);
  const normalized = mayReorder ? fuseLayerNorms(gated, outputs, bufferBytes, constants) : gated;
  const folded = fuseEpilogues(normalized, outputs, bufferBytes, fold);
  const added = fuseResiduals(folded, outputs, bufferBytes, constants);
  // What was added to may be clamped after that.
  const bounded = fuseEpilogues(added, outputs, bufferBytes, () => undefined);
  const createBuffer = (bytes: number): BufferId => bufferBytes.push(bytes) - 1;
  const halved = useWinograd(bounded, transform, functions.winograd_scratch_bytes, createBuffer);
  const expanded = fuseInvertedResiduals(halved, outputs, bufferBytes, functions, createBuffer);
  return { steps: expanded, isReordered: normalized.length < gated.length };
}
