import type { Dimension } from '../../builder/shaping.ts';
import type { Shape, SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { dataTypeOf, type ElementTypeName } from './element_types.ts';
import type { StoredTensor } from './stored_tensor.ts';

/** How integers stand for floats: (integer - zero) * scale, with one pair for all or one for each position of an axis. */
export interface TensorQuantization {
  readonly scales: readonly number[];
  /** As many as scales. */
  readonly zeros: readonly number[];
  /** The axis of the pairs, where there are several. */
  readonly axis: number;
}

/** What the file says of a tensor. */
export interface TensorDescription {
  readonly name: string;
  readonly type: ElementTypeName;
  /** null where any size is taken. A file may say sizes of one example; what an operation works out counts. */
  readonly shape: Shape;
  readonly quantization?: TensorQuantization;
}

/** A tensor of a TensorFlow Lite graph under conversion. Quantized ones hold their integers as floats. */
export interface TfliteTensor extends SymbolicTensor {
  readonly type: ElementTypeName;
  readonly quantization?: TensorQuantization;
  /**
   * The elements of a small tensor in row-major order as far as they are known: numbers, or scalars of the graph. Sizes of
   * shapes are followed through the graph by them.
   */
  readonly elements?: readonly Dimension[];
  /** The elements of a small constant of strings. */
  readonly texts?: readonly string[];
  /** A constant of the file, from which other forms of it can be made. */
  readonly stored?: StoredTensor;
  /** What a handle of type RESOURCE stands for. */
  readonly resource?: string;
}

/** Elements are followed up to so many. */
export const MOST_ELEMENTS = 1024;

/** A tensor that the builder made, as one of a type of TensorFlow Lite. */
export function typed(
  { ref, dtype, shape }: SymbolicTensor,
  type: ElementTypeName,
  more: Partial<Pick<TfliteTensor, 'quantization' | 'elements' | 'texts' | 'resource'>> = {},
): TfliteTensor {
  const expected = dataTypeOf(type);
  if (expected !== undefined && dtype !== expected)
    throw new Error(`${ref} is of ${dtype}, which is not that of ${type}`);
  return { ref, dtype, shape, type, ...more };
}

/** The elements, if all are numbers. */
export function numbersOf({ elements }: TfliteTensor): readonly number[] | undefined {
  if (elements === undefined) return undefined;
  const numbers = elements.filter((element) => typeof element === 'number');
  return numbers.length === elements.length ? numbers : undefined;
}
