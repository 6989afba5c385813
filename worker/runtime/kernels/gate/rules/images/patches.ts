import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule } from '../../rule.ts';

/** How patches lie along one dimension of an image. */
export interface Patches {
  /** Pixels of a patch, and the distance between them. */
  readonly size: number;
  readonly rate: number;
  readonly stride: number;
  /** How many patches there are, and how many pixels before the image the first one begins. */
  readonly count: number;
  readonly before: number;
}

/** Along the height and along the width. */
export function patchesOf(call: KernelCall): readonly [Patches, Patches] {
  const images = call.tensor('images');
  call.expectRank(images, 'images', 4);
  return [alongOne(call, images.shape[1] ?? 0, 0), alongOne(call, images.shape[2] ?? 0, 1)];
}

function alongOne(call: KernelCall, length: number, index: 0 | 1): Patches {
  const [size = 0, rate = 0, stride = 0] = ['sizes', 'rates', 'strides'].map((name) => {
    const value = call.integers(name)[index] ?? 0;
    return value >= 1 ? value : call.refuse(`one of its ${name} is ${value}`);
  });
  const whole = (size - 1) * rate + 1;
  const padding = call.text('padding');
  if (padding === 'VALID') {
    if (length < whole) call.refuse(`a dimension of ${length} is smaller than a patch of ${whole}`);
    return { size, rate, stride, count: Math.floor((length - whole) / stride) + 1, before: 0 };
  }
  if (padding !== 'SAME') return call.refuse(`the padding ${String(padding)} is not known`);
  const count = Math.ceil(length / stride);
  const missing = Math.max(0, (count - 1) * stride + whole - length);
  return { size, rate, stride, count, before: Math.floor(missing / 2) };
}

export const patches: Rule = (call) => {
  const images = call.tensor('images');
  call.expectDtype(images, 'images', 'float32', 'int32');
  const [rows, columns] = patchesOf(call);
  const [batch = 0, , , channels = 0] = images.shape;
  return gives([batch, rows.count, columns.count, rows.size * columns.size * channels], images.dtype);
};
