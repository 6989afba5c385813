import type { BufferId, Step } from '../ir/step.ts';
import { bufferAt, numberAt } from '../ir/step_arguments.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';

/** Positions of the arguments that are looked at, by the names that kernel_functions.ts gives them. */
export const FLAT_POSITIONS = {
  binary: { operation: 0, a: 1, b: 2, c: 3, size0: 4, size1: 5, size2: 6, size3: 7, a3: 11, b3: 15 },
} as const;
const { binary } = FLAT_POSITIONS;

/** A binary operation on all elements of one or two buffers, and on a number where it is one. */
export interface FlatOperands {
  readonly operation: number;
  readonly result: BufferId;
  readonly count: number;
  readonly buffers: readonly BufferId[];
  readonly scalar: number | undefined;
}

/** What a step is of this; undefined for any other, as where something is broadcast that is no number. */
export function flatOperands(
  step: Step | undefined,
  constants: Pick<ConstantValues, 'scalarAt'>,
): FlatOperands | undefined {
  if (step?.kind !== 'function' || step.name !== 'binary') return undefined;
  const result = bufferAt(step, binary.c);
  const isFlat = [binary.size0, binary.size1, binary.size2].every((size) => numberAt(step, size) === 1);
  if (result === undefined || !isFlat) return undefined;
  const buffers: BufferId[] = [];
  let scalar: number | undefined;
  for (const [side, stride] of [
    [binary.a, binary.a3],
    [binary.b, binary.b3],
  ] as const) {
    const buffer = bufferAt(step, side);
    const advances = numberAt(step, stride) === 1;
    if (buffer !== undefined && advances) buffers.push(buffer);
    else if (typeof step.arguments[side] === 'number' && !advances) {
      scalar = constants.scalarAt(numberAt(step, side));
    } else return undefined;
  }
  return {
    operation: numberAt(step, binary.operation),
    result,
    count: numberAt(step, binary.size3),
    buffers,
    scalar,
  };
}
