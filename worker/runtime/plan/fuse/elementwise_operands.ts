import type { BufferId } from '../ir/buffers.ts';
import { bufferAt } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';

/** A binary operation on all elements of two buffers, or of a buffer and a number. */
export interface FlatOperands {
  readonly operation: number;
  readonly result: BufferId;
  readonly count: number;
  readonly buffers: readonly BufferId[];
  readonly scalar: number | undefined;
}

/**
 * Returns the operands of a step of this kind, or undefined for other steps: for example, if a tensor of several
 * elements is broadcast.
 */
export function flatOperands(
  step: Step | undefined,
  constants: Pick<ConstantValues, 'scalarAt'>,
): FlatOperands | undefined {
  if (step?.kind !== 'function' || step.name !== 'binary') return undefined;
  const { operation, a, b, c, size0, size1, size2, size3, a3, b3 } = step.arguments;
  const result = bufferAt(c);
  if (result === undefined || size0 !== 1 || size1 !== 1 || size2 !== 1) return undefined;
  const buffers: BufferId[] = [];
  let scalar: number | undefined;
  for (const { side, stride } of [
    { side: a, stride: a3 },
    { side: b, stride: b3 },
  ]) {
    const buffer = bufferAt(side);
    const advances = stride === 1;
    if (buffer !== undefined && advances) buffers.push(buffer);
    else if (typeof side === 'number' && !advances) scalar = constants.scalarAt(side);
    else return undefined;
  }
  return { operation, result, count: size3, buffers, scalar };
}
