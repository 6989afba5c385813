import { elementCount, type TensorValue } from '../../runtime/tensor.ts';
import { CLOSE_LIST, COMMA, OPEN_LIST } from './ascii.ts';
import type { ByteWriter, NotFinite } from './byte_writer.ts';

/** How strings are written: as text, or as `{"b64": ...}` with their bytes. */
export type StringForm = 'text' | 'base64';

/** Fewer values are written sooner than they are copied. */
const WORTH_COPYING = 32;

/** Writes a tensor, or an element of it, as JSON. */
export class TensorWriter {
  /** How many values one element of the first dimension has. */
  readonly elementSize: number;
  readonly #tensor: TensorValue;
  readonly #strides: readonly number[];
  readonly #form: { readonly strings: StringForm; readonly notFinite: NotFinite };

  constructor(tensor: TensorValue, form: { readonly strings: StringForm; readonly notFinite: NotFinite }) {
    const { shape, values } = tensor;
    if (values.length !== elementCount(shape)) {
      throw new Error(`A tensor of shape [${shape}] has ${values.length} values`);
    }
    this.#tensor = tensor;
    this.#form = form;
    // How many values one element of each dimension has.
    this.#strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
    this.elementSize = this.#strides[0] ?? 1;
  }

  /** Writes the dimensions from `axis` on, whose values begin at `offset`. */
  write(writer: ByteWriter, axis = 0, offset = 0): void {
    const { dtype, shape, values } = this.#tensor;
    const size = shape[axis];
    if (size === undefined) {
      this.#run(writer, offset, offset + 1);
      return;
    }
    const count = axis === 0 ? values.length : (this.#strides[axis - 1] ?? 0);
    if (dtype === 'float32' && count >= WORTH_COPYING) {
      const { notFinite } = this.#form;
      if (writer.floatLists(values, offset, shape.slice(axis), notFinite)) return;
    }
    writer.byte(OPEN_LIST);
    if (axis === shape.length - 1) this.#run(writer, offset, offset + size);
    else {
      const stride = this.#strides[axis] ?? 1;
      for (let index = 0; index < size; index++) {
        if (index > 0) writer.byte(COMMA);
        this.write(writer, axis + 1, offset + index * stride);
      }
    }
    writer.byte(CLOSE_LIST);
  }

  /** Writes the values from `start` to before `end`, with commas between them. */
  #run(writer: ByteWriter, start: number, end: number): void {
    const { dtype, values } = this.#tensor;
    switch (dtype) {
      case 'float32':
        writer.floats(values, start, end, this.#form.notFinite);
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
          if (this.#form.strings === 'base64') writer.base64(value);
          else writer.string(value);
        }
    }
  }
}
