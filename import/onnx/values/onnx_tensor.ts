import type { Operand } from '../../builder/elementwise.ts';
import type { OpenCodes } from '../../builder/quantized.ts';
import type { Dimension } from '../../builder/shaping.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { dataTypeOf, type ElementTypeName } from './element_types.ts';
import { refuseMalformed } from './refusal.ts';

/** Integers, and how they stand for floats: (integer - zero) * scale. */
export interface Dequantized {
  /** The integers as float32. */
  readonly codes: SymbolicTensor;
  readonly type: ElementTypeName;
  /** One number, which is one of JavaScript where it is known, or one for each position of the axis: [] or [positions]. */
  readonly scale: Operand;
  readonly zero: Operand;
  readonly axis: number;
}

/** The integers that are wanted for floats. */
export interface IntegerTarget extends OpenCodes {
  readonly scale: Operand;
}

/** Computes integers, as float32, that stand for a tensor's floats. Returns undefined if it cannot for this target. */
export type ToIntegers = (target: IntegerTarget) => SymbolicTensor | undefined;

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
  /** The elements of a tensor of integers as float32, where they are computed as such. */
  readonly codes?: SymbolicTensor;
  /** The integers that a tensor of floats was made of. */
  readonly dequantized?: Dequantized;
  /** How the floats are computed as integers at once, without being floats between. */
  readonly toIntegers?: ToIntegers;
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
