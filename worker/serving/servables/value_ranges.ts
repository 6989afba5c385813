import type { Signature } from '../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../model/tensor.ts';

/** Returns a sentence about the first value that its input does not take, or undefined. */
export function rangeFault({ inputs }: Signature, tensors: NamedTensors): string | undefined {
  for (const [name, tensor] of tensors) {
    const range = inputs[name]?.range;
    const value = range && firstOutside(tensor, range);
    if (value !== undefined) return `input ${name}: ${value} is not from ${range?.join(' to ')}`;
  }
  return undefined;
}

function firstOutside(
  { dtype, values }: TensorValue,
  [least, most]: readonly [number, number],
): number | undefined {
  if (dtype !== 'int32' && dtype !== 'float32') return undefined;
  // A loop over an index: a picture has hundreds of thousands of values.
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (!(value >= least && value <= most)) return value;
  }
  return undefined;
}
