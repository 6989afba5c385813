import { elementCount } from '../../../model/tensor.ts';
import { LONGEST_FLOAT, writeFloat32 } from './float_digits.ts';
import { NO_NUMBER, NumberReader } from './json_number.ts';

/** The exports of assembly/index.ts. Addresses and lengths of text are in bytes. */
interface NumberListFunctions {
  readonly memory: WebAssembly.Memory;
  text_address(): number;
  text_bytes(): number;
  values_address(): number;
  most_values(): number;
  shape_address(): number;
  most_dimensions(): number;
  begin_reading(isZeroSigned: boolean): void;
  read_lists(length: number, isLast: boolean): number;
  value_count(): number;
  lists_rank(): number;
  begin_writing(rank: number): void;
  write_lists(count: number, rank: number): number;
}

const FUNCTIONS = [
  'text_address',
  'text_bytes',
  'values_address',
  'most_values',
  'shape_address',
  'most_dimensions',
  'begin_reading',
  'read_lists',
  'value_count',
  'lists_rank',
  'begin_writing',
  'write_lists',
] as const satisfies readonly (keyof NumberListFunctions)[];

/** Zeros that must follow a text. */
const MARGIN = 64;

export interface ReadLists {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** The offset of the text behind the lists. */
  readonly end: number;
}

/** Receives the text in blocks. A block is valid until the next one. */
export type TakeBlock = (block: Uint8Array) => void;

/**
 * Reads and writes nested lists of float32 as JSON in WebAssembly, several times as fast as JavaScript. Rare cases go
 * to the readers and writers in JavaScript, so that both yield the same results. It holds one block of text and its
 * values.
 */
export class NumberLists {
  readonly #functions: NumberListFunctions;
  readonly #memory: Uint8Array;
  /** Reads numbers in the module's memory. */
  readonly #reader: NumberReader;
  readonly #text: Uint8Array;
  readonly #values: Float32Array;
  readonly #shape: Int32Array;
  readonly #textBytes: number;
  #isNullWritten = false;

  /** @param module the module that is built from assembly/ */
  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, {
      env: {
        readSlowly: (address: number) => this.#reader.float32(address),
        slowEnd: () => (this.#reader.end === NO_NUMBER ? 0 : this.#reader.end),
        writeSlowly: (value: number, address: number) => this.#writeSlowly(value, address),
      },
    });
    if (!isNumberLists(exports)) throw new Error('the number lists were built from different sources');
    this.#functions = exports;
    const { buffer } = exports.memory;
    this.#memory = new Uint8Array(buffer);
    this.#reader = new NumberReader(this.#memory);
    this.#textBytes = exports.text_bytes();
    this.#text = new Uint8Array(buffer, exports.text_address(), this.#textBytes + MARGIN);
    this.#values = new Float32Array(buffer, exports.values_address(), exports.most_values());
    this.#shape = new Int32Array(buffer, exports.shape_address(), exports.most_dimensions());
  }

  /**
   * Reads the lists whose bracket is at `start`: lists of lists or of numbers, not empty, with the same length at the
   * same depth. The text need not have been scanned.
   *
   * @param isZeroSigned true if `-0` is negative, as `-0.0` always is
   * @returns undefined for other text, which another reader may accept or explain
   */
  read(bytes: Uint8Array, start: number, isZeroSigned: boolean): ReadLists | undefined {
    const { read_lists, begin_reading, value_count, lists_rank } = this.#functions;
    let values = new Float32Array(0);
    let count = 0;
    let at = start;
    begin_reading(isZeroSigned);
    for (;;) {
      const length = Math.min(this.#textBytes, bytes.length - at);
      this.#text.set(bytes.subarray(at, at + length));
      this.#text.fill(0, length, length + MARGIN);
      const taken = read_lists(length, at + length === bytes.length);
      if (taken < 0) {
        values.buffer.transfer(0);
        return undefined;
      }
      const read = value_count();
      const rank = lists_rank();
      at += taken;
      const needed = count + read;
      if (needed > values.length) {
        // The rest of the text probably has as many values per byte as this block had, or fewer if the lists end.
        const likely = rank > 0 ? needed : needed + Math.ceil((1.02 * (bytes.length - at) * read) / taken);
        // Transferring frees the old memory at once, before the collector runs.
        values = new Float32Array(values.buffer.transfer(likely * Float32Array.BYTES_PER_ELEMENT));
      }
      values.set(this.#values.subarray(0, read), count);
      count = needed;
      if (rank > 0) {
        return { values: trimmed(values, count), shape: [...this.#shape.subarray(0, rank)], end: at };
      }
    }
  }

  /** True if lists of this shape can be written. */
  canWrite(shape: readonly number[]): boolean {
    return shape.length > 0 && shape.length <= this.#shape.length && shape.every((size) => size > 0);
  }

  /**
   * Writes the values from `offset` on as nested lists of a shape for which `canWrite` is true.
   *
   * @param isNullWritten true to write NaN and infinities as null
   */
  write(
    values: Float32Array,
    offset: number,
    shape: readonly number[],
    isNullWritten: boolean,
    take: TakeBlock,
  ): void {
    const { begin_writing, write_lists } = this.#functions;
    const rank = shape.length;
    const end = offset + elementCount(shape);
    const most = Math.floor(this.#textBytes / (LONGEST_FLOAT + 1 + 2 * rank));
    this.#isNullWritten = isNullWritten;
    this.#shape.set(shape);
    begin_writing(rank);
    for (let from = offset; from < end; from += most) {
      const to = Math.min(from + most, end);
      this.#values.set(values.subarray(from, to));
      take(this.#text.subarray(0, write_lists(to - from, rank)));
    }
  }

  #writeSlowly(value: number, address: number): number {
    if (!this.#isNullWritten || Number.isFinite(value)) return writeFloat32(this.#memory, address, value);
    this.#memory.set(NULL, address);
    return address + NULL.length;
  }
}

const NULL = new TextEncoder().encode('null');

/** Returns the first values, copied if the view would retain too much memory. */
function trimmed(values: Float32Array<ArrayBuffer>, count: number): Float32Array {
  if (count === values.length) return values;
  return count < 0.75 * values.length
    ? new Float32Array(values.buffer.transfer(count * Float32Array.BYTES_PER_ELEMENT))
    : values.subarray(0, count);
}

function isNumberLists(exports: object): exports is NumberListFunctions {
  return (
    Reflect.get(exports, 'memory') instanceof WebAssembly.Memory &&
    FUNCTIONS.every((name) => typeof Reflect.get(exports, name) === 'function')
  );
}
