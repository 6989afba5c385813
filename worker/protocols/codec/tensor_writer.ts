import type { TensorValue } from '../../runtime/tensor.ts';
import { CLOSE_LIST, COMMA, OPEN_LIST } from './ascii.ts';
import type { ByteWriter, NotFinite } from './byte_writer.ts';

/** How strings are written: as text, or as `{"b64": ...}` with their bytes. */
export type StringForm = 'text' | 'base64';

/** Fewer values are written sooner than they are copied. */
const WORTH_COPYING = 32;

/** Writes tensors that have as many values as their shape says, or elements of them, as JSON. */
export class TensorWriter {
  readonly #writer: ByteWriter;
  readonly #notFinite: NotFinite;

  constructor(writer: ByteWriter, notFinite: NotFinite) {
    this.#writer = writer;
    this.#notFinite = notFinite;
  }

  write(tensor: TensorValue, strings: StringForm): void {
    this.#write(tensor, strings, 0, 0, tensor.values.length);
  }

  /** Writes an element of the first dimension, of which there are some. */
  writeRow(tensor: TensorValue, strings: StringForm, row: number): void {
    const rowSize = tensor.values.length / (tensor.shape[0] ?? 1);
    this.#write(tensor, strings, 1, row * rowSize, rowSize);
  }

  /** Writes the dimensions from `axis` on, whose `count` values begin at `offset`. */
  #write(tensor: TensorValue, strings: StringForm, axis: number, offset: number, count: number): void {
    const { dtype, shape, values } = tensor;
    const writer = this.#writer;
    const size = shape[axis];
    if (size === undefined) {
      this.#run(tensor, strings, offset, offset + 1);
      return;
    }
    if (dtype === 'float32' && count >= WORTH_COPYING) {
      if (writer.floatLists(values, offset, shape.slice(axis), this.#notFinite)) return;
    }
    writer.byte(OPEN_LIST);
    if (axis === shape.length - 1) this.#run(tensor, strings, offset, offset + size);
    else {
      const stride = count / size;
      for (let index = 0; index < size; index++) {
        if (index > 0) writer.byte(COMMA);
        this.#write(tensor, strings, axis + 1, offset + index * stride, stride);
      }
    }
    writer.byte(CLOSE_LIST);
  }

  /** Writes the values from `start` to before `end`, with commas between them. */
  #run({ dtype, values }: TensorValue, strings: StringForm, start: number, end: number): void {
    const writer = this.#writer;
    switch (dtype) {
      case 'float32':
        writer.floats(values, start, end, this.#notFinite);
        return;
      case 'int32':
        writer.integers(values, start, end);
        return;
      case 'bool':
        for (let index = start; index < end; index++) {
          writer.text(`${index > start ? ',' : ''}${values[index] !== 0}`);
        }
        return;
      case 'string':
        for (let index = start; index < end; index++) {
          if (index > start) writer.byte(COMMA);
          const value = values[index] ?? new Uint8Array(0);
          if (strings === 'base64') writer.base64(value);
          else writer.string(value);
        }
    }
  }
}
