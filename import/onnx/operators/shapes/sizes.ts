import { add, binary, multiply, select } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { type Dimension, dimensions, reshape, shapeTensor } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { dataTypeOf } from '../../values/element_types.ts';
import { constantFrom } from '../../values/elements.ts';
import type { OnnxTensor } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';

/** The product of sizes. */
export function productOf(g: NodeBuilder, sizes: readonly Dimension[]): Dimension {
  return sizes.reduce<Dimension>((product, size) => {
    if (typeof product === 'number' && typeof size === 'number') return product * size;
    if (product === 1) return size;
    if (size === 1) return product;
    return multiply(g, product, size);
  }, 1);
}

/** How often a size has another one, rounded down. */
export function quotientOf(g: NodeBuilder, size: Dimension, divisor: Dimension): Dimension {
  if (divisor === 1) return size;
  if (typeof size === 'number' && typeof divisor === 'number') return Math.floor(size / divisor);
  return binary(g, 'FloorDiv', scalarOf(g, size), divisor);
}

/** A size as a scalar of the graph. */
export function scalarOf(g: NodeBuilder, size: Dimension): SymbolicTensor {
  return typeof size === 'number' ? g.integers([size], []) : size;
}

/** The single element of a tensor as a scalar of the graph. */
export function onlyElement(g: NodeBuilder, x: OnnxTensor): SymbolicTensor {
  const [known] = x.elements ?? [];
  if (typeof known === 'number') {
    return x.type === 'BOOL' ? constantFrom(g, [known], [], 'BOOL') : g.scalar(known, dataTypeOf(x.type));
  }
  if (typeof known === 'object') return known;
  if (x.shape.length === 0) return x;
  return reshape(g, x, []);
}

/** How many elements a tensor of one dimension has, which decides about the rank of a result. */
export function lengthOf(x: OnnxTensor, what: string): number {
  if (x.elements !== undefined) return x.elements.length;
  const [length] = x.shape;
  return typeof length === 'number' ? length : refuse(`takes ${what} of a length that the request decides`);
}

/** The shape of a tensor as a tensor of the graph. */
export function shapeOfTensor(g: NodeBuilder, x: OnnxTensor): SymbolicTensor {
  return shapeTensor(g, dimensions(g, x));
}

/** Indices from 0 on of those that may count from the end. @param size of what they are of */
export function fromStart(g: NodeBuilder, indices: OnnxTensor, size: Dimension): SymbolicTensor {
  const { elements } = indices;
  if (elements?.every((each) => typeof each === 'number' && each >= 0)) return indices;
  return select(g, binary(g, 'Less', indices, 0), add(g, indices, scalarOf(g, size)), indices);
}
