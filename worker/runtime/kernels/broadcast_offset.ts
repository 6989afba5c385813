import { denseStrides } from './webassembly/strided_copy.ts';

/** Returns a function from an index of a broadcast result to the index of the tensor's element at that position. */
export function broadcastOffset(
  part: readonly number[],
  shape: readonly number[],
): (index: number) => number {
  const strides = denseStrides(part);
  const shift = shape.length - part.length;
  return (index) => {
    let rest = index;
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      const place = rest % size;
      rest = (rest - place) / size;
      if (axis >= shift && part[axis - shift] !== 1) offset += place * (strides[axis - shift] ?? 0);
    }
    return offset;
  };
}
