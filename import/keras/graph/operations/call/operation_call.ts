import * as v from 'valibot';
import type { JsonObject } from '../../../../../worker/model/json_object.ts';
import { elementCount } from '../../../../../worker/model/tensor.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { axesOf, isSymbolicTensor, rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { unwrap } from '../../../keras_object.ts';

/** What an operation gives: tensors, or a text that says why it is not known. */
export type Operated = SymbolicTensor | readonly SymbolicTensor[] | string;

/** What an operation makes of its call; undefined where it is not known in this form. */
export type Operations = Readonly<Record<string, (call: OperationCall) => Operated | undefined>>;

/** The names that functions of Keras and TensorFlow have for their first tensor. */
export const OPERAND = [
  ...[
    'x',
    'inputs',
    'input',
    'input_tensor',
    'tensor',
    'logits',
    'features',
    'a',
    'value',
    'images',
    'image',
  ],
  ...['values', 'indices', 'data', 'x1', 'array'],
];

/** A layer without weights that computes what an operation does. */
type AsLayer = (className: string, config: JsonObject, inputs: readonly SymbolicTensor[]) => Operated;

/** What all calls of operations in a model share. */
export interface OperationContext {
  readonly g: NodeBuilder;
  readonly asLayer: AsLayer;
}

/** A call of an operation between layers. */
export class OperationCall {
  readonly g: NodeBuilder;
  /** Whether it is one of Keras 3's, and not a function of TensorFlow. */
  readonly isKeras: boolean;
  readonly asLayer: AsLayer;
  readonly #args: readonly unknown[];
  readonly #named: Readonly<Record<string, unknown>>;

  /** @param named what the operation is made with and called with by name */
  constructor(
    { g, asLayer }: OperationContext,
    isKeras: boolean,
    args: readonly unknown[],
    named: Readonly<Record<string, unknown>>,
  ) {
    this.g = g;
    this.isKeras = isKeras;
    this.asLayer = asLayer;
    this.#args = args;
    this.#named = named;
  }

  /** By any of its names, or by its position among what is not named. */
  value(names: readonly string[], position?: number): unknown {
    const name = names.find((each) => (this.#named[each] ?? null) !== null);
    if (name !== undefined) return unwrap(this.#named[name]);
    return position === undefined ? undefined : unwrap(this.#args[position]);
  }

  /** A tensor; numbers become a constant. */
  tensor(position: number, names: readonly string[]): SymbolicTensor | undefined {
    const value = this.value(names, position);
    return isSymbolicTensor(value) ? value : constant(this.g, value);
  }

  /** A tensor that the call may lack. */
  optionalTensor(position: number, names: readonly string[]): SymbolicTensor | undefined {
    return (this.value(names, position) ?? null) === null ? undefined : this.tensor(position, names);
  }

  /** A tensor, or a number that takes the other operand's type. */
  operand(position: number, names: readonly string[]): SymbolicTensor | number | undefined {
    const value = this.value(names, position);
    return typeof value === 'number' ? value : this.tensor(position, names);
  }

  /** Tensors in a list, or one after the other. */
  tensors(names: readonly string[]): SymbolicTensor[] {
    const value = this.value(names) ?? this.#args;
    const found: SymbolicTensor[] = [];
    const collect = (each: unknown) => {
      if (isSymbolicTensor(each)) found.push(each);
      else if (Array.isArray(each)) each.forEach(collect);
    };
    collect(value);
    return found;
  }

  number(names: readonly string[], position?: number): number | undefined {
    const value = this.value(names, position);
    return typeof value === 'number' ? value : undefined;
  }

  numbers(names: readonly string[], position?: number): number[] | undefined {
    const parsed = v.safeParse(v.union([v.number(), v.array(v.number())]), this.value(names, position));
    return parsed.success ? [parsed.output].flat() : undefined;
  }

  flag(names: readonly string[]): boolean {
    return this.value(names) === true;
  }

  text(names: readonly string[], position?: number): string | undefined {
    const value = this.value(names, position);
    return typeof value === 'string' ? value : undefined;
  }

  /** The axes from 0 on; all of them where none is named. */
  axes(x: SymbolicTensor, position: number): number[] {
    const named = this.numbers(['axis', 'axes'], position);
    return named === undefined ? [...x.shape.keys()] : axesOf(x, named);
  }

  /** One axis from 0 on. */
  axis(x: SymbolicTensor, position: number, otherwise: number, added = 0): number {
    const axis = this.number(['axis', 'dim'], position) ?? otherwise;
    return axis < 0 ? axis + rank(x) + added : axis;
  }
}

/** Numbers in lists of equal lengths, as a tensor. */
function constant(g: NodeBuilder, value: unknown): SymbolicTensor | undefined {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); [level] = level) shape.push(level.length);
  const flat = [value].flat(shape.length);
  const parsed = v.safeParse(v.array(v.union([v.number(), v.boolean()])), flat);
  if (!parsed.success || flat.length !== elementCount(shape)) return undefined;
  const numbers = parsed.output.map(Number);
  return numbers.every(Number.isInteger) && value !== undefined && shape.length > 0
    ? g.integers(numbers, shape)
    : g.floats(numbers, shape);
}
