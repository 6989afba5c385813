import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { refuseMalformed } from '../conversion/refusal.ts';

/** Bytes of a file. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

const PAGE_BYTES = 2 ** 16;
const MOST_PAGES = 64;

/** A valid file refers to some of its parts from several places, but never so often that it gives this many bytes. */
const MOST_READ = { factor: 4, more: 2 ** 26 };

/**
 * The bytes of a file, of which a few pages are in memory. All that is read is counted, so that a file whose parts refer to
 * each other in a web ends in a refusal, whatever it says.
 */
export class FileBytes {
  readonly path: string;
  readonly size: number;
  readonly #file: number;
  readonly #pages = new Map<number, DataView>();
  #left: number;

  private constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
    this.#left = this.size * MOST_READ.factor + MOST_READ.more;
  }

  /** Gives the bytes of a file to an action, and closes the file after it. */
  static async within<T>(path: string, action: (file: FileBytes) => Promise<T>): Promise<T> {
    const file = new FileBytes(path);
    try {
      return await action(file);
    } finally {
      closeSync(file.#file);
    }
  }

  /** A view of a few bytes. @throws TfliteRefusal outside of the file */
  view(offset: number, length: number): DataView {
    this.#check({ offset, length });
    const within = offset % PAGE_BYTES;
    const page = this.#page(offset - within);
    if (within + length <= page.byteLength)
      return new DataView(page.buffer, page.byteOffset + within, length);
    // Only what a file places badly lies on two pages.
    return viewOf(this.#read({ offset, length }));
  }

  /** A copy of bytes. @throws TfliteRefusal outside of the file */
  bytes(range: FileRange): Uint8Array {
    this.#check(range);
    return this.#read(range);
  }

  /** Counts what will be read. @throws TfliteRefusal if a valid file would not have as much */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) refuseMalformed('the file is damaged: its parts refer to each other without end');
  }

  #check({ offset, length }: FileRange): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.size)
      refuseMalformed(`the file is damaged: it refers to byte ${offset}, and it has ${this.size}`);
    this.spend(length);
  }

  #page(offset: number): DataView {
    const known = this.#pages.get(offset);
    if (known !== undefined) return known;
    const [oldest] = this.#pages.keys();
    if (oldest !== undefined && this.#pages.size >= MOST_PAGES) this.#pages.delete(oldest);
    const page = viewOf(this.#read({ offset, length: Math.min(PAGE_BYTES, this.size - offset) }));
    this.#pages.set(offset, page);
    return page;
  }

  #read({ offset, length }: FileRange): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#file, bytes, done, length - done, offset + done);
      if (count === 0) throw new Error(`${this.path} ended early; it changed while it was being read`);
      done += count;
    }
    return bytes;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
