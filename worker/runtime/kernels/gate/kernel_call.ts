import type { DataType, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { KernelRefusal } from './kernel_refusal.ts';

export type RawCall = Parameters<KernelConfig['kernelFunc']>[0];
export type NumericValues = Float32Array | Int32Array | Uint8Array;

/** Reads the values of a tensor other than strings. They are valid until memory is allocated. */
export type ReadValues = (tensor: TensorInfo) => NumericValues;

const LARGEST_SIZE = 2 ** 31 - 1;
const NO_ATTRIBUTES = {};

/**
 * The inputs and attributes of one call. A missing one, or one of another type than the rule requests, is refused with
 * KernelRefusal.
 */
export class KernelCall {
  readonly operation: string;
  readonly #inputs: Readonly<Record<string, TensorInfo | undefined | null>>;
  readonly #attributes: Readonly<Record<string, unknown>>;
  readonly #read: ReadValues;

  constructor(operation: string, { inputs, attrs }: Pick<RawCall, 'inputs' | 'attrs'>, read: ReadValues) {
    this.operation = operation;
    this.#inputs = inputs;
    this.#attributes = attrs ?? NO_ATTRIBUTES;
    this.#read = read;
  }

  refuse(what: string): never {
    throw new KernelRefusal(this.operation, what);
  }

  tensor(name: string): TensorInfo {
    return this.optional(name) ?? this.refuse(`the input ${name} is missing`);
  }

  optional(name: string): TensorInfo | undefined {
    return this.#inputs[name] ?? undefined;
  }

  /** Returns all inputs in order. */
  list(): readonly TensorInfo[] {
    return Object.values(this.#inputs).filter((tensor) => tensor !== undefined && tensor !== null);
  }

  values(tensor: TensorInfo): NumericValues {
    return this.#read(tensor);
  }

  attribute(name: string): unknown {
    return this.#attributes[name];
  }

  number(name: string): number {
    const value = this.attribute(name);
    return typeof value === 'number' ? value : this.refuse(`${name} is not a number`);
  }

  flag(name: string): boolean {
    return Boolean(this.attribute(name));
  }

  text(name: string): string | undefined {
    const value = this.attribute(name);
    return typeof value === 'string' ? value : undefined;
  }

  integer(name: string): number {
    return this.#integer(name, this.attribute(name));
  }

  /** Returns an attribute that is a list of integers or a single integer. */
  integers(name: string): readonly number[] {
    const value = this.attribute(name);
    if (typeof value === 'number') return [this.#integer(name, value)];
    const list = this.#list(name, value);
    for (let index = 0; index < list.length; index++) this.#integer(name, list[index]);
    return list;
  }

  /** Returns an attribute with sizes of dimensions: integers from 0. */
  sizes(name: string): readonly number[] {
    const sizes = this.integers(name);
    if (sizes.some((size) => size < 0)) this.refuse(`${name} [${sizes}] has a negative size`);
    return sizes;
  }

  /** Returns an attribute with a pair of integers from 0 for each of `count` dimensions. */
  pairs(name: string, count: number): readonly (readonly [number, number])[] {
    const value = this.attribute(name);
    const list: unknown[] = Array.isArray(value) ? value : this.refuse(`${name} is not a list`);
    if (list.length !== count) this.refuse(`${name} has ${list.length} pairs for ${count} dimensions`);
    return list.map((pair) => {
      const [before, after, ...more]: unknown[] = Array.isArray(pair) ? pair : [];
      if (more.length > 0) this.refuse(`${name} is not a list of pairs`);
      const both = [this.#integer(name, before), this.#integer(name, after)] as const;
      if (both[0] < 0 || both[1] < 0) this.refuse(`${name} [${list}] is negative`);
      return both;
    });
  }

  /** Returns the axes of a tensor of this rank, each once and from 0. A missing attribute means all axes. */
  axes(name: string, rank: number): readonly number[] {
    const value = this.attribute(name);
    if (value === undefined || value === null) return Array.from({ length: rank }, (_, axis) => axis);
    const axes = this.integers(name).map((axis) => this.#axis(axis, rank));
    if (new Set(axes).size !== axes.length) this.refuse(`${name} [${axes}] names a dimension twice`);
    return axes;
  }

  /** Returns one axis, from 0. */
  axis(name: string, rank: number): number {
    const [axis, ...more] = this.integers(name);
    if (axis === undefined || more.length > 0) this.refuse(`${name} is not one dimension`);
    return this.#axis(axis, rank);
  }

  expectRank(tensor: TensorInfo, name: string, rank: number): void {
    if (tensor.shape.length !== rank)
      this.refuse(`${name} of shape [${tensor.shape}] does not have ${rank} dimensions`);
  }

  expectDtype({ dtype }: TensorInfo, name: string, ...dtypes: readonly DataType[]): void {
    if (!dtypes.includes(dtype))
      this.refuse(`${name} is ${dtype}, and only ${dtypes.join(', ')} is computed`);
  }

  #axis(axis: number, rank: number): number {
    if (axis < -rank || axis >= rank)
      this.refuse(`the axis ${axis} is not a dimension of a tensor of ${rank} dimensions`);
    return axis < 0 ? axis + rank : axis;
  }

  #list(name: string, value: unknown): readonly number[] {
    if (Array.isArray(value)) return value;
    if (ArrayBuffer.isView(value) && 'length' in value) return Array.from(value as NumericValues);
    return this.refuse(`${name} is not a list`);
  }

  #integer(name: string, value: unknown): number {
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LARGEST_SIZE + 1)
      return value;
    return this.refuse(`${name} holds ${String(value)}, which is not an integer of 32 bits`);
  }
}
