import type { DataType } from '../../../model/dtype.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { asciiText, BACKSLASH, MINUS, OPEN_LIST, OPEN_OBJECT, QUOTE } from '../../json/ascii.ts';
import { decodeBase64 } from '../../json/base64.ts';
import { NO_NUMBER, scalarTokenEnd } from '../../json/numbers/json_number.ts';
import type { JsonCursor } from '../../json/scan/json_cursor.ts';
import { codeUnit } from '../../json/scan/json_scalar_scan.ts';
import { scannedStringEnd, stringBytes } from '../../json/scan/json_string.ts';
import { type Datatype, integerRange } from '../datatype.ts';
import { overflowsFloat32 } from './float_range.ts';

/** A known number of tensor elements that are read from JSON. */
export interface DataCells {
  /**
   * Reads the value at the cursor as the next element. Returns false and leaves the cursor if the value is not an
   * element.
   */
  read(cursor: JsonCursor): boolean;
  /** Returns why the value at the cursor is not an element. */
  fault(cursor: JsonCursor): string;
  tensor(shape: readonly number[]): TensorValue;
}

/**
 * @param count the number of elements
 * @param base64 true if strings are the base64 of their elements
 */
export function createDataCells(
  dtype: DataType,
  datatype: Datatype,
  count: number,
  base64: boolean,
): DataCells {
  switch (dtype) {
    case 'float32':
      return new FloatCells(datatype, count);
    case 'int32':
      return new IntegerCells(datatype, count);
    case 'bool':
      return new BooleanCells(datatype, count);
    case 'string':
      return new StringCells(datatype, base64);
  }
}

abstract class Cells implements DataCells {
  protected count = 0;
  protected readonly datatype: Datatype;

  constructor(datatype: Datatype) {
    this.datatype = datatype;
  }

  abstract read(cursor: JsonCursor): boolean;
  abstract tensor(shape: readonly number[]): TensorValue;

  protected rule(): string {
    return RULES[this.datatype];
  }

  fault({ bytes, at }: JsonCursor): string {
    const excerpt = excerptOf(bytes, at);
    return `Unable to parse 'data': element ${this.count}, ${excerpt}, is not ${this.rule()}`;
  }
}

/** Null is NaN, which JSON cannot express. A number beyond all doubles, such as 1e999, is infinity. */
class FloatCells extends Cells {
  readonly #values: Float32Array;

  constructor(datatype: Datatype, count: number) {
    super(datatype);
    this.#values = new Float32Array(count);
  }

  read(cursor: JsonCursor): boolean {
    const { bytes, at, numbers } = cursor;
    const first = bytes[at];
    if (first === NULL) {
      this.#values[this.count++] = Number.NaN;
      cursor.at = at + 4;
      return true;
    }
    if (!mayBeNumber(first)) return false;
    let value = numbers.float32(at);
    let { end } = numbers;
    if (end === NO_NUMBER) {
      end = scalarTokenEnd(bytes, at);
      value = Number(asciiText(bytes, at, end));
    } else if (value === 0 && first === MINUS) value = -0;
    if (overflowsFloat32(value)) return false;
    this.#values[this.count++] = value;
    cursor.at = end;
    return true;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'float32', shape, values: this.#values };
  }
}

/** Accepts any JSON number in range that is an integer, such as 1.0. */
class IntegerCells extends Cells {
  readonly #values: Int32Array;
  readonly #minimum: number;
  readonly #maximum: number;

  constructor(datatype: Datatype, count: number) {
    super(datatype);
    this.#values = new Int32Array(count);
    const { minimum, maximum } = integerRange(datatype);
    this.#minimum = minimum;
    this.#maximum = maximum;
  }

  read(cursor: JsonCursor): boolean {
    const { bytes, at, numbers } = cursor;
    if (!mayBeNumber(bytes[at])) return false;
    let value = numbers.int32(at);
    let { end } = numbers;
    if (value === undefined) {
      end = scalarTokenEnd(bytes, at);
      value = Number(asciiText(bytes, at, end));
      if (!Number.isInteger(value)) return false;
    }
    if (value < this.#minimum || value > this.#maximum) return false;
    this.#values[this.count++] = value;
    cursor.at = end;
    return true;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'int32', shape, values: this.#values };
  }
}

class BooleanCells extends Cells {
  readonly #values: Uint8Array;

  constructor(datatype: Datatype, count: number) {
    super(datatype);
    this.#values = new Uint8Array(count);
  }

  read(cursor: JsonCursor): boolean {
    const first = cursor.bytes[cursor.at];
    if (first !== TRUE && first !== FALSE) return false;
    this.#values[this.count++] = first === TRUE ? 1 : 0;
    cursor.at += first === TRUE ? 4 : 5;
    return true;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'bool', shape, values: this.#values };
  }
}

class StringCells extends Cells {
  readonly #values: Uint8Array[] = [];
  readonly #base64: boolean;

  constructor(datatype: Datatype, base64: boolean) {
    super(datatype);
    this.#base64 = base64;
  }

  protected override rule(): string {
    return this.#base64 ? 'base64' : super.rule();
  }

  read(cursor: JsonCursor): boolean {
    const { bytes, at } = cursor;
    if (bytes[at] !== QUOTE) return false;
    const end = scannedStringEnd(bytes, at);
    const content = bytes.subarray(at + 1, end - 1);
    const isEscaped = content.includes(BACKSLASH);
    if (isEscaped && !arePaired(content)) return false;
    // Text without escapes is not copied: the body outlives its tensors.
    const text = isEscaped ? stringBytes(bytes, at, end) : content;
    const value = this.#base64 ? decodeBase64(text) : text;
    if (value === undefined) return false;
    this.#values.push(value);
    this.count += 1;
    cursor.at = end;
    return true;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'string', shape, values: this.#values };
  }
}

const NULL = 0x6e;
const TRUE = 0x74;
const FALSE = 0x66;

/** For scanned text: true if the value is a number, NaN or an infinity. */
function mayBeNumber(first: number | undefined): boolean {
  return first !== undefined && (first <= 0x39 || first === 0x49 || first === 0x4e) && first !== QUOTE;
}

/** True if all escaped surrogates form pairs. A single surrogate is not a character and has no UTF-8. */
function arePaired(content: Uint8Array): boolean {
  for (let at = content.indexOf(BACKSLASH); at !== -1; at = content.indexOf(BACKSLASH, at)) {
    if (content[at + 1] !== 0x75) {
      at += 2;
      continue;
    }
    const unit = codeUnit(content, at + 2);
    at += 6;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const isPair = unit <= 0xdbff && content[at] === BACKSLASH && content[at + 1] === 0x75;
    const second = isPair ? codeUnit(content, at + 2) : 0;
    if (second < 0xdc00 || second > 0xdfff) return false;
    at += 6;
  }
  return true;
}

const EXCERPT_LENGTH = 40;
const DECODER = new TextDecoder();

/** Formats a value for a message. A list or an object is only named. */
function excerptOf(bytes: Uint8Array, at: number): string {
  if (bytes[at] === OPEN_LIST) return 'a list';
  if (bytes[at] === OPEN_OBJECT) return 'an object';
  if (bytes[at] === QUOTE) {
    const end = scannedStringEnd(bytes, at) - 1;
    const shown = Math.min(end, at + 1 + EXCERPT_LENGTH);
    return `"${DECODER.decode(bytes.subarray(at + 1, shown))}${shown < end ? '...' : ''}"`;
  }
  return asciiText(bytes, at, Math.min(scalarTokenEnd(bytes, at), at + EXCERPT_LENGTH));
}

const RULES: Readonly<Record<Datatype, string>> = {
  BOOL: 'true or false',
  UINT8: 'an integer from 0 to 255',
  UINT16: 'an integer from 0 to 65535',
  UINT32: 'an integer from 0 to 2147483647, the largest that the model accepts',
  UINT64: 'an integer from 0 to 2147483647, the largest that the model accepts',
  INT8: 'an integer from -128 to 127',
  INT16: 'an integer from -32768 to 32767',
  INT32: 'an integer from -2147483648 to 2147483647',
  INT64: 'an integer from -2147483648 to 2147483647, as the model requires',
  FP16: 'a number',
  FP32: 'a number that FP32 can hold',
  FP64: 'a number that FP32, which the model requires, can hold',
  BYTES: 'a string',
};
