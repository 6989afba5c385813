import type { TensorValue } from '../../../model/tensor.ts';
import { CLOSE_LIST, COMMA, OPEN_LIST } from '../ascii.ts';
import { PIECE_BYTES, type TextPieces } from '../text_pieces.ts';
import type { ByteWriter, NotFinite } from './byte_writer.ts';

/** The notation of strings: text, or `{"b64": ...}` for bytes. */
export type StringForm = 'text' | 'base64';

/** Below this number, writing the values is faster than copying them. */
const WORTH_COPYING = 32;

/** The length is checked after this many values. */
const PIECE_VALUES = 4096;

/** Writes tensors or their elements as JSON. A tensor must have as many values as its shape requires. */
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

  /** Writes a tensor and yields the text in pieces. */
  *pieces(tensor: TensorValue, strings: StringForm): TextPieces {
    yield* this.#pieces(tensor, strings, 0, 0, tensor.values.length);
  }

  *#pieces(
    tensor: TensorValue,
    strings: StringForm,
    axis: number,
    offset: number,
    count: number,
  ): TextPieces {
    const writer = this.#writer;
    const { shape } = tensor;
    const size = shape[axis] ?? 0;
    if (count <= PIECE_VALUES || size === 0) {
      this.#write(tensor, strings, axis, offset, count);
      if (writer.length >= PIECE_BYTES) yield writer.take();
      return;
    }
    const stride = count / size;
    // The number of whole elements of this dimension that make a piece.
    const step = Math.max(1, Math.floor(PIECE_VALUES / stride));
    writer.byte(OPEN_LIST);
    for (let index = 0; index < size; index += step) {
      if (index > 0) writer.byte(COMMA);
      const end = Math.min(size, index + step);
      if (stride > PIECE_VALUES) {
        yield* this.#pieces(tensor, strings, axis + 1, offset + index * stride, stride);
      } else this.#writeElements(tensor, strings, axis, offset + index * stride, end - index, stride);
      if (writer.length >= PIECE_BYTES) yield writer.take();
    }
    writer.byte(CLOSE_LIST);
  }

  /** Writes elements of a dimension, each of `stride` values, separated by commas. */
  #writeElements(
    tensor: TensorValue,
    strings: StringForm,
    axis: number,
    offset: number,
    elements: number,
    stride: number,
  ): void {
    const { dtype, shape, values } = tensor;
    const writer = this.#writer;
    if (dtype === 'float32') {
      const lists = [elements, ...shape.slice(axis + 1)];
      if (writer.floatElements(values, offset, lists, this.#notFinite)) return;
    }
    if (axis === shape.length - 1) {
      this.#run(tensor, strings, offset, offset + elements);
      return;
    }
    for (let element = 0; element < elements; element++) {
      if (element > 0) writer.byte(COMMA);
      this.#write(tensor, strings, axis + 1, offset + element * stride, stride);
    }
  }

  /** Writes an element of the first dimension, which is not empty. */
  writeRow(tensor: TensorValue, strings: StringForm, row: number): void {
    const rowSize = tensor.values.length / (tensor.shape[0] ?? 1);
    this.#write(tensor, strings, 1, row * rowSize, rowSize);
  }

  /** Writes the dimensions from `axis` on. Their `count` values begin at `offset`. */
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

  /** Writes the values from `start` to before `end`, separated by commas. */
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
