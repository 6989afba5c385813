import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../../model/tensor.ts';
import { BinaryOperation, UnaryOperation } from '../../../kernels/kernel_signatures.ts';
import type { BufferId } from '../../ir/buffers.ts';
import { type Address, bufferAt, type FunctionStep, isPlace } from '../../ir/function_step.ts';
import type { KernelStep, Step } from '../../ir/step.ts';
import {
  add,
  invert,
  isCentered,
  type LayerNormParameters,
  layerNormParametersOf,
  MEAN,
  multiply,
  rootOf,
  type Sum,
  scalar,
  vector,
  X,
} from './algebra.ts';

/** Reads the values of constants, which never change. */
export interface ConstantValues {
  /** Returns the float at an address. */
  scalarAt(address: number): number;
  /** Returns the address of a constant's first row of `width` floats if all of its rows are equal. */
  rowOf(tensor: TensorInfo, width: number): number | undefined;
}

/** The content of a buffer in terms of x, with a value for each element or for each row. */
type Form = { readonly each: 'element' | 'row' } & (
  | { readonly kind: 'sum'; readonly sum: Sum }
  | { readonly kind: 'squares' }
  | { readonly kind: 'variance'; readonly epsilon: number }
);

/** The buffer with the mean of each row of x. */
export interface RowMeans {
  readonly x: BufferId;
  readonly means: BufferId;
  readonly rows: number;
  readonly width: number;
}

/** Returns the buffers of a step that computes the mean of each row, or undefined for other steps. */
export function rowMeansOf(step: Step): RowMeans | undefined {
  if (step.kind !== 'function' || step.name !== 'sum_middle') return undefined;
  const { outer: rows, reduced: width, inner, scale } = step.arguments;
  const x = bufferAt(step.arguments.x);
  const means = bufferAt(step.arguments.y);
  const isMean = inner === 1 && scale === 1 / width;
  if (x === undefined || means === undefined || !isMean || width === 1) return undefined;
  return { x, means, rows, width };
}

/** Tracks the values that steps compute from the rows of x and their means. */
export class LayerNormMatcher {
  readonly #of: RowMeans;
  readonly #constants: ConstantValues;
  readonly #bufferBytes: readonly number[];
  readonly #forms = new Map<BufferId, Form>();

  constructor(of: RowMeans, bufferBytes: readonly number[], constants: ConstantValues) {
    this.#of = of;
    this.#bufferBytes = bufferBytes;
    this.#constants = constants;
    this.#forms.set(of.x, { kind: 'sum', each: 'element', sum: X });
    this.#forms.set(of.means, { kind: 'sum', each: 'row', sum: MEAN });
  }

  has(buffer: BufferId): boolean {
    return this.#forms.has(buffer);
  }

  /** True if the buffer has exactly one value for each element or row. */
  isWhole(buffer: BufferId, each: Form['each']): boolean {
    return this.#bufferBytes[buffer] === 4 * this.#countOf(each);
  }

  /**
   * Records the form of a step's result.
   *
   * @returns the buffer of the result, or undefined if the result cannot be part of a layer normalization
   */
  follow(step: Step): BufferId | undefined {
    const [result, ...more] = step.writes;
    if (result === undefined || more.length > 0 || this.has(result)) return undefined;
    const form = step.kind === 'function' ? this.#ofFunction(step) : this.#ofKernel(step);
    if (form === undefined || !this.isWhole(result, form.each)) return undefined;
    this.#forms.set(result, form);
    return result;
  }

  /** Returns the parameters of the normalization if the buffer contains the normalized x. */
  normalized(buffer: BufferId): LayerNormParameters | undefined {
    const form = this.#forms.get(buffer);
    return form?.kind === 'sum' && form.each === 'element' ? layerNormParametersOf(form.sum) : undefined;
  }

  #ofFunction(step: FunctionStep): Form | undefined {
    switch (step.name) {
      case 'unary':
        return bufferAt(step.arguments.y) === undefined ? undefined : this.#unary(step);
      case 'binary':
        return bufferAt(step.arguments.c) === undefined ? undefined : this.#binary(step);
      case 'sum_middle':
        return this.#mean(step);
      default:
        return undefined;
    }
  }

  #mean(step: FunctionStep<'sum_middle'>): Form | undefined {
    const averaged = rowMeansOf(step);
    const { rows, width } = this.#of;
    if (averaged?.rows !== rows || averaged.width !== width) return undefined;
    const form = this.#forms.get(averaged.x);
    if (form?.kind === 'squares') return { kind: 'variance', each: 'row', epsilon: 0 };
    // Graphs may compute the same mean twice.
    return averaged.x === this.#of.x ? this.#forms.get(this.#of.means) : undefined;
  }

  #unary({ arguments: { operation, x, count } }: FunctionStep<'unary'>): Form | undefined {
    const buffer = bufferAt(x);
    const form = buffer === undefined ? undefined : this.#forms.get(buffer);
    if (form === undefined || count !== this.#countOf(form.each)) return undefined;
    switch (operation) {
      case UnaryOperation.square:
        return form.kind === 'sum' ? this.#squares(form.sum) : undefined;
      case UnaryOperation.squareRoot:
        return form.kind === 'variance' ? sumOf(form, rootOf(form.epsilon, -1)) : undefined;
      case UnaryOperation.reciprocalSquareRoot:
        return form.kind === 'variance' ? sumOf(form, rootOf(form.epsilon, 1)) : undefined;
      case UnaryOperation.reciprocal:
        return form.kind === 'sum' ? sumOf(form, invert(form.sum)) : undefined;
      case UnaryOperation.negate:
        return form.kind === 'sum' ? sumOf(form, multiply(form.sum, scalar(-1))) : undefined;
      default:
        return undefined;
    }
  }

  #binary({ arguments: given }: FunctionStep<'binary'>): Form | undefined {
    const { operation, size0, size1, size2, size3 } = given;
    const sizes = [size0, size1, size2, size3];
    const count = elementCount(sizes);
    const each = (['row', 'element'] as const).find((one) => this.#countOf(one) === count);
    if (each === undefined) return undefined;
    const a = this.#operand(given.a, [given.a0, given.a1, given.a2, given.a3], sizes, each);
    const b = this.#operand(given.b, [given.b0, given.b1, given.b2, given.b3], sizes, each);
    if (a === undefined || b === undefined) return undefined;
    if (a.kind !== 'sum' || b.kind !== 'sum') {
      return operation === BinaryOperation.add ? stabilized(a, b) : undefined;
    }
    switch (operation) {
      case BinaryOperation.add:
        return sumOf({ each }, add(a.sum, b.sum, 1));
      case BinaryOperation.subtract:
        return sumOf({ each }, add(a.sum, b.sum, -1));
      case BinaryOperation.multiply:
        if (isCentered(a.sum) && isCentered(b.sum)) {
          // The factors must have the same sign: their difference is then zero.
          return add(a.sum, b.sum, -1) === undefined ? this.#squares(a.sum) : undefined;
        }
        return sumOf({ each }, multiply(a.sum, b.sum));
      case BinaryOperation.divide: {
        const inverse = invert(b.sum);
        return inverse && sumOf({ each }, multiply(a.sum, inverse));
      }
      case BinaryOperation.squaredDifference: {
        const difference = add(a.sum, b.sum, -1);
        return difference && this.#squares(difference);
      }
      default:
        return undefined;
    }
  }

  #squares(sum: Sum): Form | undefined {
    return isCentered(sum) ? { kind: 'squares', each: 'element' } : undefined;
  }

  /** Returns the form of a binary operation's side if its strides match that form. */
  #operand(
    argument: Address,
    strides: readonly number[],
    sizes: readonly number[],
    result: Form['each'],
  ): Form | undefined {
    const walk = walkOf(sizes.map((size, index) => ({ size, stride: strides[index] ?? 0 })));
    const { rows, width } = this.#of;
    const isWalkOf = (byRow: number, inRow: number): boolean =>
      walk ===
      walkOf([
        { size: rows, stride: byRow },
        { size: result === 'row' ? 1 : width, stride: inRow },
      ]);
    if (isPlace(argument)) {
      const form = argument.offset === 0 ? this.#forms.get(argument.buffer) : undefined;
      const isWalked = form?.each === 'element' ? isWalkOf(width, 1) : isWalkOf(1, 0);
      return isWalked && form !== undefined ? { ...form, each: result } : undefined;
    }
    if (argument === 0) return undefined;
    if (isWalkOf(0, 0)) return { kind: 'sum', each: result, sum: scalar(this.#constants.scalarAt(argument)) };
    return isWalkOf(0, 1) ? { kind: 'sum', each: result, sum: vector(argument) } : undefined;
  }

  #ofKernel(step: KernelStep): Form | undefined {
    const formOf = (name: string): Form | undefined => {
      const input = step.inputs.get(name);
      return input?.kind === 'buffer' ? this.#forms.get(input.buffer) : undefined;
    };
    const [output] = step.outputs;
    switch (step.name) {
      case 'Cast':
        return output?.dtype === 'float32' ? formOf('x') : undefined;
      case 'Tile': {
        const form = formOf('x');
        const input = step.inputs.get('x');
        const shape = input?.kind === 'buffer' ? input.shape : [];
        const isAlongRows =
          shape.at(-1) === 1 && output?.shape.join() === shape.with(-1, this.#of.width).join();
        return form?.each === 'row' && isAlongRows ? { ...form, each: 'element' } : undefined;
      }
      case 'FusedBatchNorm':
        return this.#batchNormalization(step, formOf);
      default:
        return undefined;
    }
  }

  /** Handles tfjs's own batch norm, which also accepts a mean and a variance for each element. */
  #batchNormalization(step: KernelStep, formOf: (name: string) => Form | undefined): Form | undefined {
    const of = (name: string): Form | undefined => {
      const form = formOf(name);
      return form?.each === 'element' ? form : undefined;
    };
    const x = of('x');
    const mean = of('mean');
    const variance = of('variance');
    const epsilon: unknown = step.attributes?.varianceEpsilon;
    if (x?.kind !== 'sum' || mean?.kind !== 'sum' || variance?.kind !== 'variance') return undefined;
    if (typeof epsilon !== 'number' || variance.epsilon !== 0) return undefined;
    const scale = this.#constant(step, 'scale', scalar(1));
    const offset = this.#constant(step, 'offset', []);
    const difference = add(x.sum, mean.sum, -1);
    const normalized = difference && multiply(difference, rootOf(epsilon, 1));
    const scaled = normalized && scale && multiply(normalized, scale);
    return scaled && offset && sumOf({ each: 'element' }, add(scaled, offset, 1));
  }

  #constant(step: KernelStep, name: string, absent: Sum): Sum | undefined {
    const input = step.inputs.get(name);
    if (input === undefined) return absent;
    const address =
      input.kind === 'constant' ? this.#constants.rowOf(input.tensor, this.#of.width) : undefined;
    return address === undefined ? undefined : vector(address);
  }

  #countOf(each: Form['each']): number {
    const { rows, width } = this.#of;
    return each === 'row' ? rows : rows * width;
  }
}

function sumOf({ each }: Pick<Form, 'each'>, sum: Sum | undefined): Form | undefined {
  return sum && { kind: 'sum', each, sum };
}

/** Returns the form of the variance plus epsilon. */
function stabilized(a: Form, b: Form): Form | undefined {
  const [variance, other] = a.kind === 'variance' ? [a, b] : [b, a];
  if (variance.kind !== 'variance' || other.kind !== 'sum') return undefined;
  const [term, ...more] = other.sum;
  const isNumber =
    term !== undefined && more.length === 0 && add(other.sum, scalar(term.factor), -1) === undefined;
  return isNumber ? { ...variance, epsilon: variance.epsilon + term.factor } : undefined;
}

/**
 * Returns a text that identifies a walk through memory. Dimensions of size 1 are omitted, and adjacent ones are merged.
 */
function walkOf(dimensions: readonly { readonly size: number; readonly stride: number }[]): string {
  const merged: { size: number; stride: number }[] = [];
  for (const { size, stride } of dimensions) {
    if (size === 1) continue;
    const outer = merged.at(-1);
    if (outer !== undefined && outer.stride === stride * size) {
      outer.size *= size;
      outer.stride = stride;
    } else merged.push({ size, stride });
  }
  return merged.map(({ size, stride }) => `${size}:${stride}`).join(' ');
}
