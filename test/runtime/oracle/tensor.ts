/**
 * A second implementation of TensorFlow's operations in naive loops, to compare kernels with. It follows TensorFlow's
 * documentation and shares no code with tfjs or with the server.
 */

export type Dtype = 'float32' | 'int32' | 'bool' | 'string';

/** Row-major. A string is the number of a word: see words.ts. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The result of an operation. Without values, only shape and dtype are known. */
export interface Expected {
  readonly dtype: Dtype;
  /** -1 where the size is not predicted. */
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  /** `ordinary`: only if no input has infinities, NaN, or numbers near the end of their range. */
  readonly compared?: 'always' | 'ordinary';
}

/** A call with the names and attributes of tfjs's kernels. */
export interface Call {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export type Operation = (call: Call) => readonly Expected[];

/** TensorFlow refuses the call. */
export class Refusal extends Error {}

/** The oracle does not predict the result. */
export class Unpredicted extends Error {}

const MOST_VALUES = 2 ** 13;

export function predictable(values: number): void {
  if (values > MOST_VALUES) throw new Unpredicted();
}

export function refuse(why: string): never {
  throw new Refusal(why);
}

export function require(condition: boolean, why: string): void {
  if (!condition) refuse(why);
}

export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => count(shape.slice(axis + 1)));
}

/** All indices of a shape in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  predictable(count(shape));
  const steps = strides(shape);
  return Array.from({ length: count(shape) }, (_, flat) =>
    shape.map((size, axis) => Math.floor(flat / at(steps, axis)) % size),
  );
}

export function flat(shape: readonly number[], index: readonly number[]): number {
  const steps = strides(shape);
  return index.reduce((sum, each, axis) => sum + each * at(steps, axis), 0);
}

export function value(tensor: Tensor, index: readonly number[]): number {
  return at(tensor.values, flat(tensor.shape, index));
}

export function at<Element>(list: readonly Element[], index: number): Element {
  const element = list[index];
  if (element === undefined) throw new RangeError(`the oracle looked at ${index} of ${list.length}`);
  return element;
}

/** Computes each value from its index. */
export function build(
  dtype: Dtype,
  shape: readonly number[],
  compute: (index: readonly number[]) => number,
  compared: Expected['compared'] = 'always',
): Expected {
  predictable(count(shape));
  return { dtype, shape, values: indices(shape).map((index) => rounded(dtype, compute(index))), compared };
}

export function rounded(dtype: Dtype, number: number): number {
  if (dtype === 'float32') return Math.fround(number);
  return dtype === 'int32' ? number | 0 : number;
}

export function input(call: Call, name: string, ...dtypes: Dtype[]): Tensor {
  const tensor = call.inputs[name];
  if (tensor === undefined) return refuse(`${name} is missing`);
  if (dtypes.length > 0) require(dtypes.includes(tensor.dtype), `${name} is ${tensor.dtype}`);
  return tensor;
}

export function inputs(call: Call): readonly Tensor[] {
  return Object.values(call.inputs);
}

export function ofRank(tensor: Tensor, rank: number): void {
  require(tensor.shape.length === rank, `a tensor of [${tensor.shape}] where ${rank} dimensions are wanted`);
}

const LARGEST = 2 ** 31 - 1;

export function isInteger(number: unknown): number is number {
  return Number.isInteger(number) && Math.abs(Number(number)) <= LARGEST + 1;
}

export function integer(call: Call, name: string): number {
  const number = call.attributes[name];
  return isInteger(number) ? number : refuse(`${name} is ${String(number)}`);
}

export function number(call: Call, name: string): number {
  const given = call.attributes[name];
  return typeof given === 'number' ? given : refuse(`${name} is ${String(given)}`);
}

export function flag(call: Call, name: string): boolean {
  return call.attributes[name] === true;
}

/** A list of integers. A single integer means a list of one. */
export function integers(call: Call, name: string): number[] {
  return integerList(call.attributes[name], name);
}

export function integerList(given: unknown, name: string): number[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  return list.map((each) => (isInteger(each) ? each : refuse(`${name} holds ${String(each)}`)));
}

export function sizes(call: Call, name: string): number[] {
  const list = integers(call, name);
  require(list.every((size) => size >= 0), `${name} is [${list}]`);
  return list;
}

export function pairs(call: Call, name: string, length: number): [number, number][] {
  const given = call.attributes[name];
  const list: unknown[] = Array.isArray(given) ? given : refuse(`${name} is no list`);
  require(list.length === length, `${name} has ${list.length} pairs`);
  return list.map((pair) => {
    const both = integerList(pair, name);
    require(both.length === 2 && both.every((each) => each >= 0), `${name} holds [${both}]`);
    return [at(both, 0), at(both, 1)];
  });
}

function axisOf(axis: number, rank: number): number {
  require(axis >= -rank && axis < rank, `there is no axis ${axis} of ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

export function axis(call: Call, name: string, rank: number): number {
  const list = integers(call, name);
  require(list.length === 1, `${name} is [${list}]`);
  return axisOf(at(list, 0), rank);
}

/** The default is all axes. */
export function axes(call: Call, name: string, rank: number): number[] {
  const given = call.attributes[name];
  if (given === undefined || given === null) return Array.from({ length: rank }, (_, each) => each);
  const list = integers(call, name).map((each) => axisOf(each, rank));
  require(new Set(list).size === list.length, `${name} [${list}] has one twice`);
  return list;
}

export function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, dimension) => {
    const [one, other] = [a[dimension - rank + a.length] ?? 1, b[dimension - rank + b.length] ?? 1];
    require(one === other || one === 1 || other === 1, `[${a}] and [${b}] do not broadcast`);
    return one === 1 ? other : one;
  });
}

/** The value of a broadcast tensor at an index of the result. */
export function broadcastValue(tensor: Tensor, index: readonly number[]): number {
  const own = index.slice(index.length - tensor.shape.length);
  return value(
    tensor,
    own.map((each, dimension) => (tensor.shape[dimension] === 1 ? 0 : each)),
  );
}

export function shapeOnly(dtype: Dtype, shape: readonly number[]): Expected {
  return { dtype, shape };
}
