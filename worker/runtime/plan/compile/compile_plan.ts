import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { Heap } from '../../kernels/heap.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import { FoldedWeights } from '../fuse/folded_weights.ts';
import { fuseAll, type WeightCopies } from '../fuse/fuse_all.ts';
import { heapReader } from '../fuse/integers/heap_reader.ts';
import { IntegerWeights } from '../fuse/integers/integer_weights.ts';
import { WinogradWeights } from '../fuse/winograd_weights.ts';
import { constantValues } from '../ir/constant_values.ts';
import { neededSteps } from '../ir/lifetimes.ts';
import type { Recording } from '../record/recorder.ts';
import type { CompiledPlan, PlanInput, PlanOutput } from './compiled_plan.ts';

/** The most bytes of copies of weights that only make a plan faster. */
const MOST_TRANSFORMED_BYTES = 8 * 1024 * 1024;

/** The permitted differences of a plan from its recording. */
export interface Liberties {
  /** True if the plan may have its own copies of weights, which change the order of sums. */
  readonly mayCopy: boolean;
  readonly mayReorder: boolean;
}

/** What the compilation reads and calls. */
export interface CompilerRuntime {
  readonly backend: BackendWasm;
  readonly functions: KernelFunctions;
  readonly heap: Heap;
  readonly weights: Pick<PackedWeights, 'pin'>;
}

/** A computation that was recorded, from which plans are compiled. */
export interface RecordedComputation {
  readonly recording: Recording;
  readonly inputs: readonly PlanInput[];
  readonly outputs: readonly PlanOutput[];
}

/** Compiles a recording: eliminates dead steps, fuses the others, and makes copies of weights for them. */
export function compilePlan(
  { backend, functions, heap, weights }: CompilerRuntime,
  { recording, inputs, outputs }: RecordedComputation,
  { mayCopy, mayReorder }: Liberties,
): CompiledPlan {
  const results = outputs.flatMap((output) => (output.kind === 'computed' ? [output.buffer] : []));
  const folded = new FoldedWeights(heap);
  const transformed = new WinogradWeights(heap, functions, MOST_TRANSFORMED_BYTES);
  const integers = new IntegerWeights(heap);
  const none = () => undefined;
  const making: WeightCopies =
    mayCopy && mayReorder
      ? { fold: folded.fold, transform: transformed.transform, place: integers.place }
      : { fold: none, transform: none, place: none };
  const bufferBytes = [...recording.bufferBytes];
  const { steps, isReordered } = fuseAll(
    neededSteps(recording.steps, results),
    results,
    bufferBytes,
    constantValues(backend, weights),
    heapReader(backend),
    { ...making, mayReorder },
    functions,
  );
  return {
    steps,
    bufferBytes,
    inputs,
    outputs,
    isReordered: isReordered || folded.copies.length > 0 || transformed.copies.length > 0,
    copies: [...folded.copies, ...transformed.copies, ...integers.copies],
    dispose: () => {
      folded.dispose();
      transformed.dispose();
      integers.dispose();
    },
  };
}
