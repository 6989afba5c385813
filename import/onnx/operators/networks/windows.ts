import type { Window } from '../../../builder/spatial/windows.ts';
import type { Shape } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { refuse } from '../../values/refusal.ts';

/** What is put around each dimension of space. */
export type Pads = readonly (readonly [before: number, after: number])[];

/** A window with what is put around the tensor first. */
export interface PaddedWindow extends Omit<Window, 'padding'> {
  /** `same` is worked out by the operation, whatever the sizes are. */
  readonly pads: Pads | 'same';
}

const AUTO = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const;

/**
 * Reads the attributes of a window over the dimensions of space.
 *
 * @param size of the window
 * @param space the sizes of the tensor in space
 */
export function readWindow(
  { attributes }: OperatorCall,
  size: readonly number[],
  space: Shape,
): PaddedWindow {
  const strides = attributes.integers('strides') ?? size.map(() => 1);
  const dilations = attributes.integers('dilations') ?? size.map(() => 1);
  const auto = attributes.choice('auto_pad', AUTO, 'NOTSET');
  const given = attributes.integers('pads');
  if (auto === 'SAME_UPPER') return { size, strides, dilations, pads: 'same' };
  if (auto === 'SAME_LOWER') {
    const upper = samePads(space, { size, strides, dilations });
    return { size, strides, dilations, pads: upper.map(([before, after]) => [after, before]) };
  }
  const isValid = auto === 'VALID' || given === undefined;
  const pads = size.map((_, index): [number, number] =>
    isValid ? [0, 0] : [given[index] ?? 0, given[index + size.length] ?? 0],
  );
  return {
    size,
    strides,
    dilations,
    pads: isSame(space, { size, strides, dilations }, pads) ? 'same' : pads,
  };
}

/** What is put around each dimension so that the result has as many windows as begin in it, the odd element at the end. */
export function samePads(space: Shape, { size, strides, dilations }: Omit<PaddedWindow, 'pads'>): Pads {
  return size.map((length, index) => {
    const whole =
      space[index] ?? refuse('is padded to the same size in a dimension whose size the request decides');
    const stride = strides[index] ?? 1;
    const reach = (length - 1) * (dilations[index] ?? 1) + 1;
    const total = Math.max((Math.ceil(whole / stride) - 1) * stride + reach - whole, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}

/** True for what TensorFlow calls the same, whatever the sizes are or for these. */
function isSame(space: Shape, window: Omit<PaddedWindow, 'pads'>, pads: Pads): boolean {
  if (pads.every(([before, after]) => before + after === 0)) return false;
  if (!space.includes(null)) return String(pads) === String(samePads(space, window));
  const { size, strides, dilations } = window;
  // With a stride of one, as much on both sides as keeps the size.
  return pads.every(([before, after], index) => {
    const reach = ((size[index] ?? 1) - 1) * (dilations[index] ?? 1);
    return strides[index] === 1 && reach % 2 === 0 && before === reach / 2 && after === reach / 2;
  });
}
