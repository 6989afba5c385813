import type { Dimension } from '../../builder/shaping.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { dataTypeOf, type ElementTypeName } from './element_types.ts';
import { refuseMalformed } from './refusal.ts';

/** A tensor of an ONNX graph under conversion. */
export interface OnnxTensor extends SymbolicTensor {
  readonly type: ElementTypeName;
  /**
   * The elements of a small tensor in row-major order as far as they are known: numbers, or scalars of the graph. Sizes of
   * shapes are followed through the graph by them.
   */
  readonly elements?: readonly Dimension[];
  /** The elements of a small constant of strings. */
  readonly texts?: readonly string[];
  /** The meaning of the positions of the last dimension, where a classifier gives it. */
  readonly classes?: readonly string[];
}

/** Elements are followed up to so many. */
export const MOST_ELEMENTS = 1024;

/** A tensor that the builder made, as one of an ONNX type. */
export function typed(
  { ref, dtype, shape }: SymbolicTensor,
  type: ElementTypeName,
  elements?: readonly Dimension[],
): OnnxTensor {
  if (dtype !== dataTypeOf(type)) refuseMalformed(`computes ${dtype} where it has to give ${type}`);
  return { ref, dtype, shape, type, ...(elements === undefined ? {} : { elements }) };
}

/** The elements, if all are numbers. */
export function numbersOf({ elements }: OnnxTensor): readonly number[] | undefined {
  if (elements === undefined) return undefined;
  const numbers = elements.filter((element) => typeof element === 'number');
  return numbers.length === elements.length ? numbers : undefined;
}
