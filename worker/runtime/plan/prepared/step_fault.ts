import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { Step } from '../ir/step.ts';

export interface MemoryRange {
  readonly kind: 'buffer' | 'constant';
  readonly bytes: number;
}

interface Written {
  readonly buffer: BufferId;
  readonly bytes: number;
}

export function stepFault(
  _steps: readonly Step[],
  _ranges: readonly MemoryRange[],
  _inputs: readonly Written[],
  _outputs: readonly Written[],
  _functions: KernelFunctions,
): string | undefined {
  return undefined;
}
