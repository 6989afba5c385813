import { denseStrides } from './webassembly/strided_copy.ts';

/** Where the element of a tensor lies that broadcasting puts at each place of a result. */
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
