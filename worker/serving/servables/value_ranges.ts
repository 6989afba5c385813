import type { Signature } from '../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../model/tensor.ts';

/** The values that an input takes, if these are not all of its dtype. */
export interface InputRange {
  readonly input: string;
  readonly range: readonly [least: number, largest: number];
}

export function inputRanges({ inputs }: Signature): InputRange[] {
  return Object.entries(inputs).flatMap(([input, { range }]) =>
    range === undefined ? [] : [{ input, range }],
  );
}

/** Returns a sentence about the first value that its input does not take, or undefined. */
export function rangeFault(ranges: readonly InputRange[], tensors: NamedTensors): string | undefined {
  for (const { input, range } of ranges) {
    const tensor = tensors.get(input);
    const value = tensor && firstOutside(tensor, range);
    if (value !== undefined) return `input ${input}: ${value} is not from ${range.join(' to ')}`;
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
