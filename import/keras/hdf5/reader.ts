import { ready } from 'h5wasm';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { Hdf5Dataset } from './messages.ts';
import { type FileBytes, mountFile } from './one_file_system.ts';
import { describeStorage, type StoredDataset } from './stored_dataset.ts';
import { convertElements } from './stored_elements.ts';
import { realPath, windowsMembers, windowsNames } from './windows_paths.ts';

type Library = Awaited<typeof ready>;

/** Bytes of an attribute: Keras puts the whole configuration of a model into one. */
const LARGEST_ATTRIBUTE = 128 * 1024 * 1024;
/** Bytes that are read from a dataset at a time, if its rows are no longer. */
const PIECE = 16 * 1024 * 1024;
const MOST_MEMBERS = 100_000;
const STRING_TYPE = 3;

/**
 * Reads what Keras writes into HDF5 files: groups, attributes of strings, and tensors. Everything is checked before
 * it is read: links are not followed, and nothing may claim to be larger than the file can hold.
 *
 * It uses the library's lower functions, whose results tell whether they failed; the upper ones do not look.
 */
export class Hdf5Reader {
  readonly #library: Library;
  readonly #file: bigint;
  readonly #size: number;
  /** Paths that are known to be led to by nothing but hard links. */
  readonly #direct = new Set(['/']);
  readonly #windowsNames: readonly string[];

  private constructor(library: Library, file: bigint, size: number) {
    this.#library = library;
    this.#file = file;
    this.#size = size;
    this.#windowsNames = windowsNames(this.#names('/'));
  }

  static async open(bytes: FileBytes): Promise<Hdf5Reader> {
    const library = await ready;
    const file = library.open(mountFile(library.FS, bytes), library.H5F_ACC_RDONLY);
    if (file < 0n) throw new Error('is damaged: HDF5 cannot open it');
    return new Hdf5Reader(library, file, bytes.size);
  }

  attribute(given: string, name: string): string | readonly string[] | undefined {
    const path = realPath(given, this.#windowsNames);
    if (!this.#exists(path)) return undefined;
    if (!this.#library.get_attribute_names(this.#file, path).includes(name)) return undefined;
    const place = `attribute ${name} of ${path}`;
    const { shape, size, type, vlen } = this.#library.get_attribute_metadata(this.#file, path, name);
    const count = elementCount(shape ?? []);
    // A list without members has lost its type: h5py writes an empty list of numbers.
    if (count === 0 && shape !== null) return [];
    if (type !== STRING_TYPE) throw new Error(`${place} is no text`);
    const bytes = count * size;
    if (!(bytes <= Math.min(LARGEST_ATTRIBUTE, this.#size))) {
      throw new Error(`${place} says it holds ${count} texts, more than the file can`);
    }
    const texts = this.#withMemory(bytes, (pointer) => {
      const status = this.#library.get_attribute_data(this.#file, path, name, BigInt(pointer));
      if (status < 0) throw new Error(`${place} cannot be read`);
      if (!vlen) return fixedTexts(this.#library.HEAPU8.slice(pointer, pointer + bytes), size);
      const pointers = new Uint32Array(this.#library.HEAPU8.slice(pointer, pointer + bytes).buffer);
      const texts = Array.from(pointers, (text) => (text === 0 ? '' : this.#library.UTF8ToString(text)));
      this.#library.reclaim_vlen_memory(this.#file, path, name, BigInt(pointer));
      return texts;
    });
    return shape === null || shape.length === 0 ? texts[0] : texts;
  }

  members(given: string): readonly string[] | undefined {
    const path = realPath(given, this.#windowsNames);
    const meant = windowsMembers(given, this.#windowsNames);
    if (!this.#exists(path) || this.#library.get_type(this.#file, path) !== this.#library.H5G_GROUP) {
      return meant.length === 0 ? undefined : meant;
    }
    return [...this.#names(path), ...meant];
  }

  #names(path: string): readonly string[] {
    const names = this.#library.get_names(this.#file, path, false);
    if (names.length > MOST_MEMBERS) throw new Error(`${path} has more than ${MOST_MEMBERS} members`);
    return names;
  }

  dataset(path: string): Hdf5Dataset | undefined {
    return this.#describe(path)?.dataset;
  }

  /** The values, converted to one of the three types of ours, a piece at a time. */
  read(given: string): Uint8Array<ArrayBuffer> {
    const path = realPath(given, this.#windowsNames);
    const stored = this.#describe(path);
    if (stored === undefined) throw new Error(`there is no dataset ${path}`);
    const { dataset, elementBytes } = stored;
    const values = new Uint8Array(dataset.byteLength);
    const count = elementCount(dataset.shape);
    const valueBytes = dataset.byteLength / Math.max(1, count);
    let done = 0;
    for (const { offset, size } of pieces(dataset.shape, PIECE / elementBytes)) {
      const elements = elementCount(size);
      const bytes = elements * elementBytes;
      const target = values.subarray(done, done + elements * valueBytes);
      this.#withMemory(bytes, (pointer) => {
        const status = this.#library.get_dataset_data(
          this.#file,
          path,
          size.map(BigInt),
          offset.map(BigInt),
          size.map(() => 1n),
          BigInt(pointer),
        );
        if (status < 0) throw new Error(`${path} is damaged: its values cannot be read`);
        convertElements(this.#library.HEAPU8.subarray(pointer, pointer + bytes), stored, target, path);
      });
      done += elements * valueBytes;
    }
    return values;
  }

  #describe(given: string): StoredDataset | undefined {
    const path = realPath(given, this.#windowsNames);
    if (!this.#exists(path) || this.#library.get_type(this.#file, path) !== this.#library.H5G_DATASET) {
      return undefined;
    }
    return describeStorage(
      path,
      this.#library.get_dataset_metadata(this.#file, path),
      (name) => this.attribute(path, name),
      this.#library.get_dataset_filters(this.#file, path),
      this.#size,
    );
  }

  /** Whether something is there. Soft and external links are refused, wherever on the way they stand. */
  #exists(path: string): boolean {
    let way = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      way += `/${name}`;
      if (this.#direct.has(way)) continue;
      if (this.#library.get_symbolic_link(this.#file, way) !== null) {
        throw new Error(`${way} is a link, and links are not followed`);
      }
      const { filename } = this.#library.get_external_link(this.#file, way);
      if (filename !== undefined) {
        throw new Error(`${way} is a link to another file, and links are not followed`);
      }
      if (this.#library.get_type(this.#file, way) < 0) return false;
      this.#direct.add(way);
    }
    return true;
  }

  #withMemory<T>(bytes: number, use: (pointer: number) => T): T {
    const pointer = this.#library._malloc(Math.max(1, bytes));
    if (pointer === 0) throw new Error('the file needs more memory than there is');
    try {
      this.#library.HEAPU8.fill(0, pointer, pointer + bytes);
      return use(pointer);
    } finally {
      this.#library._free(pointer);
    }
  }
}

/** Texts of equal size, each up to its first zero. */
function fixedTexts(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const text = bytes.subarray(index * size, (index + 1) * size);
    const end = text.indexOf(0);
    return new TextDecoder().decode(end < 0 ? text : text.subarray(0, end));
  });
}

interface Piece {
  readonly offset: readonly number[];
  readonly size: readonly number[];
}

/** A tensor in blocks, in row-major order, each of at most so many elements. */
function* pieces(shape: readonly number[], most: number): Iterable<Piece> {
  const [first, ...rest] = shape;
  if (first === undefined || elementCount(shape) <= most) {
    yield { offset: shape.map(() => 0), size: shape };
    return;
  }
  const row = elementCount(rest);
  const rows = Math.floor(most / row);
  for (let start = 0; start < first; start += Math.max(1, rows)) {
    if (rows > 0) {
      yield { offset: [start, ...rest.map(() => 0)], size: [Math.min(rows, first - start), ...rest] };
    } else {
      for (const { offset, size } of pieces(rest, most)) {
        yield { offset: [start, ...offset], size: [1, ...size] };
      }
    }
  }
}
