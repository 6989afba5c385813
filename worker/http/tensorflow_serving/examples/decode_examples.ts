import type { Signature, TensorInfo } from '../../../model/signature.ts';
import { elementCount, type TensorValue } from '../../../model/tensor.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import {
  createCells,
  IntegerCells,
  MOST_STRINGS,
  type TensorCells,
} from '../../json/tensors/tensor_cells.ts';
import { type DecodeOutcome, invalid } from '../predict/decode_outcome.ts';
import { shapeFault } from '../predict/decode_predict.ts';
import { NameTable } from '../predict/named_tensors.ts';
import { type FeatureKind, isBoolean, readFeature } from './feature.ts';
import type { ExampleRequest } from './parse_examples.ts';

/**
 * Makes a signature's inputs of examples: each input is the feature of its name, with a row for each example, as
 * tf.io.parse_example makes them of tf.Examples. Features that are not inputs are ignored. The context supplies
 * features that an example lacks.
 */
export function decodeExamples(request: ExampleRequest, signature: Signature): DecodeOutcome {
  const { bytes, context, examples } = request;
  const inputs = Object.entries(signature.inputs);
  const columns = inputs.map(([name, info]) => new Column(name, info, bytes.length - examples));
  const names = new NameTable(inputs.map(([name]) => name));
  const shared = context === undefined ? [] : featureOffsets(new JsonCursor(bytes, context), names);
  const cursor = new JsonCursor(bytes, examples);
  const values = new JsonCursor(bytes, examples);
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const own = featureOffsets(cursor, names);
    for (const [index, column] of columns.entries()) {
      const fault = column.read(values, own[index] ?? shared[index]);
      if (fault !== undefined) return invalid(fault);
    }
  }
  const tensors = new Map<string, TensorValue>();
  for (const column of columns) {
    const tensor = column.tensor();
    if (typeof tensor === 'string') return invalid(tensor);
    tensors.set(column.name, tensor);
  }
  return shapeFault(tensors, signature) ?? { kind: 'decoded', inputs: tensors };
}

/**
 * Returns the offset of each name's feature by the name's position in the table. Of duplicate names the last counts.
 */
function featureOffsets(cursor: JsonCursor, names: NameTable): (number | undefined)[] {
  const offsets: (number | undefined)[] = [];
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const index = names.find(cursor);
    cursor.toMemberValue();
    if (index !== undefined) offsets[index] = cursor.at;
    cursor.skip();
  }
  return offsets;
}

const KINDS = { float32: 'float', int32: 'int64', bool: 'int64', string: 'bytes' } as const;
const TYPE_NAMES = { float: 'float', int64: 'int64', bytes: 'string' } as const;

/** One input while the features of its name are read. */
class Column {
  readonly name: string;
  readonly #info: TensorInfo;
  readonly #cells: TensorCells;
  readonly #kind: FeatureKind;
  #rows = 0;
  /** The number of values of each example. */
  #size: number | undefined;

  constructor(name: string, info: TensorInfo, spanBytes: number) {
    this.name = name;
    this.#info = info;
    this.#kind = KINDS[info.dtype];
    this.#cells = info.dtype === 'bool' ? new IntegerCells(spanBytes) : createCells(info.dtype, spanBytes);
    const inner = info.shape?.slice(1);
    if (inner?.every((size) => size !== -1)) this.#size = elementCount(inner);
  }

  /** Reads one example's feature. Returns the error in the words of TensorFlow's example parser if that fails. */
  read(cursor: JsonCursor, offset: number | undefined): string | undefined {
    this.#rows += 1;
    if (offset === undefined) return this.#lacking();
    cursor.at = offset;
    const feature = readFeature(cursor, this.name, this.#visit);
    if ('fault' in feature) return feature.fault;
    if (feature.kind === undefined && this.#size !== 0) return this.#lacking();
    this.#size ??= feature.count;
    if (feature.count === this.#size) return undefined;
    const inner = this.#info.shape?.slice(1) ?? [this.#size];
    const sizes = `Values size: ${feature.count} but output shape: [${inner.join(',')}]`;
    return `${this.#place()}Number of ${this.#kind} values != expected.  ${sizes}`;
  }

  // Sentences are built on demand: a request may have a million rows.
  #place(): string {
    return `Name: <unknown>, Key: ${this.name}, Index: ${this.#rows - 1}.  `;
  }

  #lacking(): string {
    const type = TYPE_NAMES[this.#kind];
    return `Name: <unknown>, Feature: ${this.name} (data type: ${type}) is required but could not be found.`;
  }

  readonly #visit = (cursor: JsonCursor, kind: FeatureKind) => this.#readValue(cursor, kind);

  #readValue(cursor: JsonCursor, kind: FeatureKind): string | undefined {
    const isBooleanHere = isBoolean(cursor);
    const isWholeFloat = kind === 'int64' && this.#kind === 'float' && !isBooleanHere;
    if (kind !== this.#kind && !isWholeFloat) {
      const types = `Data type: ${TYPE_NAMES[kind]} but expected type: ${TYPE_NAMES[this.#kind]}`;
      return `${this.#place()}Data types don't match. ${types}`;
    }
    if (this.#cells instanceof IntegerCells && isBooleanHere) {
      this.#cells.push(cursor.kind() === 'true' ? 1 : 0);
      return undefined;
    }
    if (this.#cells.read(cursor)) return undefined;
    return kind === 'bytes'
      ? `A request may have ${MOST_STRINGS} strings at most`
      : `${this.#place()}The value is out of the range of int32`;
  }

  tensor(): TensorValue | string {
    const shape = this.#shape();
    if (typeof shape === 'string') return shape;
    const tensor = this.#cells.tensor(shape);
    if (this.#info.dtype !== 'bool' || tensor.dtype !== 'int32') return tensor;
    return { dtype: 'bool', shape, values: Uint8Array.from(tensor.values, (value) => (value === 0 ? 0 : 1)) };
  }

  /** The batch dimension, then the signature's dimensions, of which one may depend on the examples. */
  #shape(): readonly number[] | string {
    const size = this.#size ?? 0;
    if (this.#info.shape === null) return [this.#rows, size];
    const [batch, ...inner] = this.#info.shape;
    if (batch === undefined) return `input ${this.name} is a scalar and cannot have a row for each example`;
    const known = elementCount(inner.filter((dimension) => dimension !== -1));
    const unknown = inner.filter((dimension) => dimension === -1).length;
    if (unknown > 1 || (unknown === 1 && size % known !== 0)) {
      return `input ${this.name}: ${size} values do not fit the shape [${inner.join(',')}]`;
    }
    return [this.#rows, ...inner.map((dimension) => (dimension === -1 ? size / known : dimension))];
  }
}
