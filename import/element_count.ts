/** How many elements a tensor of this shape has; a scalar has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
