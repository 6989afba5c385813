import { elementCount } from '../../../worker/model/tensor.ts';
import { blockSize, type Sparsity } from '../file/sparsity.ts';

/**
 * The elements of a sparse tensor in row-major order; those that are not stored are 0.
 *
 * @param values the stored elements
 * @param width bytes of one
 */
export function densify(
  sparsity: Sparsity,
  shape: readonly number[],
  values: Uint8Array,
  width: number,
): Uint8Array {
  const result = new Uint8Array(elementCount(shape) * width);
  const steps = distances(sparsity, shape);
  const visit = (level: number, position: number, target: number): void => {
    const current = sparsity.levels[level];
    const step = steps[level] ?? 0;
    if (current === undefined) {
      result.set(values.subarray(position * width, (position + 1) * width), target * width);
    } else if (current.kind === 'dense') {
      for (let index = 0; index < current.size; index++)
        visit(level + 1, position * current.size + index, target + index * step);
    } else {
      const [from = 0, to = 0] = current.segments.slice(position, position + 2);
      for (let place = from; place < to; place++)
        visit(level + 1, place, target + (current.indices[place] ?? 0) * step);
    }
  };
  visit(0, 0, 0);
  return result;
}

/** How far apart in the tensor the positions of each level are, in elements. */
function distances(sparsity: Sparsity, shape: readonly number[]): number[] {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  return sparsity.order.map((dimension) => {
    const within = sparsity.blocks[dimension - shape.length];
    if (within !== undefined) return strides[within] ?? 0;
    return (strides[dimension] ?? 0) * blockSize(sparsity, shape, dimension);
  });
}
