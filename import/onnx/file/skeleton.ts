import { open } from 'node:fs/promises';
import { type Imported, read } from '../../import_result.ts';
import { OnnxRefusal, refuse, refuseMalformed } from '../values/refusal.ts';

/** Bytes of a file. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** A stored tensor without its values, if these are many. */
export interface InitializerParts {
  /** A TensorProto without the member `range` stands for. */
  readonly tensor: Uint8Array;
  /** Where its little-endian values are. */
  readonly range?: FileRange;
}

/** An ONNX file without the values of its large tensors. */
export interface Skeleton {
  /** A ModelProto without its graph. */
  readonly model: Uint8Array;
  /** A GraphProto without its initializers. */
  readonly graph: Uint8Array;
  readonly initializers: readonly InitializerParts[];
}

/** Values of so many bytes stay in the file. */
const LARGE = 4096;
/** The most bytes of everything else. */
const MOST_BYTES = 2 ** 29;
const WINDOW = 2 ** 16;

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_FLOATS = 4;
const TENSOR_RAW = 9;

/**
 * Reads an ONNX file, but not the values of its large initializers, which are found by their place. So a model of
 * gigabytes needs little memory. Members of a protocol buffer have no order, and lists of bytes may be joined.
 */
export async function readSkeleton(path: string): Promise<Imported<Skeleton>> {
  const file = await FieldFile.open(path);
  try {
    const model: Uint8Array[] = [];
    const graph: Uint8Array[] = [];
    const initializers: InitializerParts[] = [];
    for await (const field of file.fields({ offset: 0, length: file.size })) {
      if (field.number !== MODEL_GRAPH || field.content === undefined) {
        model.push(await file.copy(field.whole));
        continue;
      }
      for await (const inner of file.fields(field.content)) {
        if (inner.number !== GRAPH_INITIALIZER || inner.content === undefined) {
          graph.push(await file.copy(inner.whole));
        } else initializers.push(await readInitializer(file, inner.content));
      }
    }
    return read({ model: Buffer.concat(model), graph: Buffer.concat(graph), initializers });
  } catch (error) {
    if (error instanceof OnnxRefusal) return error.problem;
    throw error;
  } finally {
    await file.close();
  }
}

async function readInitializer(file: FieldFile, content: FileRange): Promise<InitializerParts> {
  const parts: Uint8Array[] = [];
  let range: FileRange | undefined;
  for await (const field of file.fields(content)) {
    const holdsValues = field.number === TENSOR_RAW || field.number === TENSOR_FLOATS;
    if (holdsValues && field.content !== undefined && field.content.length >= LARGE && range === undefined) {
      range = field.content;
    } else parts.push(await file.copy(field.whole));
  }
  return { tensor: Buffer.concat(parts), ...(range === undefined ? {} : { range }) };
}

interface FileField {
  readonly number: number;
  /** With its tag. */
  readonly whole: FileRange;
  /** Of a field with a length. */
  readonly content: FileRange | undefined;
}

/** The fields of a protocol buffer in a file, read through a window. */
class FieldFile {
  readonly size: number;
  readonly #handle: Awaited<ReturnType<typeof open>>;
  #window = new Uint8Array(0);
  #start = 0;
  #copied = 0;

  private constructor(handle: Awaited<ReturnType<typeof open>>, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  static async open(path: string): Promise<FieldFile> {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return new FieldFile(handle, size);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async copy({ offset, length }: FileRange): Promise<Uint8Array> {
    this.#copied += length;
    if (this.#copied > MOST_BYTES) refuse('it has more than 512 MB beside its weights');
    const inWindow = offset - this.#start;
    if (inWindow >= 0 && inWindow + length <= this.#window.length) {
      return this.#window.slice(inWindow, inWindow + length);
    }
    return this.#read(offset, length);
  }

  async *fields({ offset, length }: FileRange): AsyncGenerator<FileField> {
    const end = offset + length;
    let position = offset;
    while (position < end) {
      const tag = await this.#varint(position, end);
      const number = Math.floor(tag.value / 8);
      let next: number;
      let content: FileRange | undefined;
      switch (tag.value % 8) {
        case 0:
          next = (await this.#varint(tag.end, end)).end;
          break;
        case 1:
          next = tag.end + 8;
          break;
        case 2: {
          const size = await this.#varint(tag.end, end);
          content = { offset: size.end, length: size.value };
          next = size.end + size.value;
          break;
        }
        case 5:
          next = tag.end + 4;
          break;
        default:
          refuseMalformed(`it is not an ONNX model: byte ${position} begins no field`);
      }
      if (number === 0) refuseMalformed(`it is not an ONNX model: byte ${position} begins no field`);
      if (next > end) refuseMalformed(`it ends within the field at byte ${position}: it is incomplete`);
      yield { number, whole: { offset: position, length: next - position }, content };
      position = next;
    }
  }

  async #varint(position: number, end: number): Promise<{ value: number; end: number }> {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const at = position + index;
      if (at >= end) refuseMalformed(`it ends at byte ${at}: it is incomplete`);
      const byte = await this.#byte(at);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, end: at + 1 };
    }
    refuseMalformed(`it is not an ONNX model: byte ${position} begins no number`);
  }

  async #byte(position: number): Promise<number> {
    if (position < this.#start || position >= this.#start + this.#window.length) {
      this.#window = await this.#read(position, Math.min(WINDOW, this.size - position));
      this.#start = position;
    }
    return this.#window[position - this.#start] ?? 0;
  }

  async #read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
    if (bytesRead < length) refuseMalformed(`it ended early; it changed while it was being read`);
    return bytes;
  }
}
