import {
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  encodeModel,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  valueInfo,
} from './onnx_schema.ts';
import type { Activation, Value, Weight } from './operation.ts';

type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** `plain` is the layout of the network. Images also have ONNX's layout. */
export interface Written {
  readonly layout: 'plain' | 'channels first';
  readonly name: string;
}

const TO_CHANNELS_FIRST = { perm: [0, 3, 1, 2] };
const TO_CHANNELS_LAST = { perm: [0, 2, 3, 1] };

/** Collects an ONNX graph, and transposes images between the two layouts if an operation needs the other one. */
export class OnnxWriter {
  readonly #nodes: OnnxNode[] = [];
  readonly #tensors = new Map<string, OnnxTensor>();
  /** The name of each value of the network in the ONNX graph, in the network's layout and in ONNX's. */
  readonly #plain = new Map<string, string>();
  readonly #channelsFirst = new Map<string, string>();

  constructor(input: string) {
    this.#plain.set(input, input);
  }

  /** Adds a node and names its one output. */
  node(opType: string, input: readonly string[], attributes: Attributes = {}, domain = ''): string {
    const output = `${opType}_${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push({ opType, domain, input, output: [output], attribute });
    return output;
  }

  activation(input: string, activation: Activation): string {
    if (activation === 'none') return input;
    if (activation === 'relu') return this.node('Relu', [input]);
    return this.node('Clip', [input, this.#scalar('zero', 0), this.#scalar('six', 6)]);
  }

  weight({ name, shape, values }: Weight): string {
    return this.#tensor(name, shape, 'float32', values);
  }

  /** Integers of 8 bits. */
  bytes({ name, shape, values }: Weight): string {
    return this.#tensor(name, shape, 'int8', Int8Array.from(values));
  }

  int32({ name, shape, values }: Weight): string {
    return this.#tensor(name, shape, 'int32', Int32Array.from(values));
  }

  /** An integer of int8 as that of uint8 at the same place in the range. */
  unsignedByte(value: number): string {
    return this.#tensor(`byte_${value}`, [], 'uint8', Uint8Array.of(value + 128));
  }

  byteZeros(count: number): string {
    return this.#tensor(`byte_zeros_${count}`, [count], 'int8', new Int8Array(count));
  }

  float(value: number): string {
    return this.#scalar(`float_${value}`, value);
  }

  integers(values: readonly number[]): string {
    const name = `integers_${values.join('_')}`;
    return this.#tensor(name, [values.length], 'int64', BigInt64Array.from(values, BigInt));
  }

  /** Records the name and the layout in which a value was written. */
  define(value: Value, { layout, name }: Written): void {
    (layout === 'plain' ? this.#plain : this.#channelsFirst).set(value.name, name);
  }

  isChannelsFirst(value: Value): boolean {
    return this.#channelsFirst.has(value.name);
  }

  plain(value: Value): string {
    return this.#inLayout(value, this.#plain, this.#channelsFirst, TO_CHANNELS_LAST);
  }

  channelsFirst(value: Value): string {
    return this.#inLayout(value, this.#channelsFirst, this.#plain, TO_CHANNELS_FIRST);
  }

  finish(input: Value, output: Value): Uint8Array {
    const last = this.plain(output);
    const domain = '';
    this.#nodes.push({ opType: 'Identity', domain, input: [last], output: [output.name], attribute: [] });
    return encodeModel({
      irVersion: 10,
      producerName: 'edge-serving-bench',
      opsetImport: [
        { domain: '', version: 20 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: 'network',
        node: this.#nodes,
        initializer: [...this.#tensors.values()],
        input: [valueInfo(input.name, input.shape)],
        output: [valueInfo(output.name, output.shape)],
      },
    });
  }

  #inLayout(
    value: Value,
    wanted: Map<string, string>,
    other: ReadonlyMap<string, string>,
    turn: Attributes,
  ): string {
    const there = wanted.get(value.name);
    if (there !== undefined) return there;
    const source = other.get(value.name);
    if (source === undefined) throw new Error(`${value.name} is used before it is computed`);
    const turned = this.node('Transpose', [source], turn);
    wanted.set(value.name, turned);
    return turned;
  }

  #tensor(
    name: string,
    dims: readonly number[],
    type: keyof typeof DATA_TYPE,
    { buffer, byteOffset, byteLength }: ArrayBufferView,
  ): string {
    const rawData = new Uint8Array(buffer, byteOffset, byteLength);
    this.#tensors.set(name, { name, dims, dataType: DATA_TYPE[type], rawData });
    return name;
  }

  #scalar(name: string, value: number): string {
    return this.weight({ name, shape: [], values: Float32Array.of(value) });
  }
}

function attributeOf(name: string, value: Attributes[string]): OnnxAttribute {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.integer, i: value };
  if (typeof value === 'object' && 'float' in value) {
    return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  }
  return { name, type: ATTRIBUTE_TYPE.integers, ints: value ?? [] };
}
