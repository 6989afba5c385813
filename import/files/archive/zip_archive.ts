import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type Entry,
  ERR_AMBIGUOUS_ARCHIVE,
  ERR_UNSAFE_FILENAME,
  type FileEntry,
  Reader,
  ZipReader,
} from '@zip.js/zip.js';
import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';

/** An invalid archive. The message says what is wrong and where. */
export class ArchiveError extends CodedError {
  override readonly code: ErrorCode = 'ERR_ARCHIVE_INVALID';
}

const MOST_ENTRIES = 10_000;
/** The most characters of an entry's name. */
const LONGEST_NAME = 1000;
/** The largest ratio by which Deflate can compress. */
const MOST_DEFLATED = 1032;
const STORED = 0;
const DEFLATED = 8;

/**
 * A zip archive that every reader reads in the same way: it has no data around it, no two entries of one name, and
 * headers that agree with the directory. It refuses paths that leave the directory, and entries that unpack to more
 * than they state or than their bytes can contain.
 */
export class ZipArchive {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, FileEntry>;

  private constructor(file: FileHandle, entries: ReadonlyMap<string, FileEntry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws {ArchiveError} if the file is not a valid archive */
  static async open(path: string): Promise<ZipArchive> {
    return ZipArchive.#open(path, 'strict');
  }

  /**
   * Opens an archive that lies behind other data.
   *
   * @throws {ArchiveError} if the file does not end with a valid archive
   */
  static async openAppended(path: string): Promise<ZipArchive> {
    return ZipArchive.#open(path, 'balanced');
  }

  static async #open(path: string, strictness: 'strict' | 'balanced'): Promise<ZipArchive> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const reader = new ZipReader(new FileReader(file, size), {
        strictness,
        filenameValidation: 'strict',
        checkCrc32: true,
        checkOverlappingEntry: true,
        useWebWorkers: false,
      });
      const entries = new Map<string, FileEntry>();
      for await (const entry of reader.getEntriesGenerator()) {
        if (entries.size >= MOST_ENTRIES) throw new ArchiveError(`has more than ${MOST_ENTRIES} entries`);
        if (entry.filename.length > LONGEST_NAME) throw new ArchiveError('has an entry with an endless name');
        if (entry.directory) continue;
        entries.set(entry.filename, entry);
      }
      return new ZipArchive(file, entries);
    } catch (error) {
      await file.close();
      throw asFault(error);
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /**
   * Reads the text of an entry.
   *
   * @param most the most bytes that the entry may have
   */
  async text(name: string, most: number): Promise<string> {
    const pieces: Uint8Array[] = [];
    await this.#unpack(name, most, async (piece) => {
      pieces.push(piece);
    });
    return new TextDecoder().decode(Buffer.concat(pieces));
  }

  /**
   * Unpacks an entry to a file.
   *
   * @param most the most bytes that the entry may have
   */
  async extract(name: string, target: string, most: number): Promise<void> {
    const stream = createWriteStream(target, { flags: 'wx' });
    try {
      await this.#unpack(name, most, async (piece) => {
        if (!stream.write(piece)) await once(stream, 'drain');
      });
    } finally {
      stream.end();
      await once(stream, 'close');
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #unpack(name: string, most: number, take: (piece: Uint8Array) => Promise<void>): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new ArchiveError(`there is no ${name} in it`);
    checkEntry(entry, most);
    let taken = 0;
    const target = new WritableStream<Uint8Array>({
      write: async (piece) => {
        taken += piece.length;
        if (taken > entry.uncompressedSize) {
          throw new ArchiveError(`${name} unpacks to more than the ${entry.uncompressedSize} bytes it says`);
        }
        await take(piece);
      },
    });
    try {
      await entry.getData(target);
    } catch (error) {
      throw asFault(error, name);
    }
    if (taken !== entry.uncompressedSize) {
      throw new ArchiveError(`${name} unpacks to ${taken} bytes in place of ${entry.uncompressedSize}`);
    }
  }
}

/** Checks the directory's data of an entry before it is unpacked. */
function checkEntry(
  { filename, encrypted, compressionMethod, compressedSize, uncompressedSize }: Entry,
  most: number,
) {
  if (encrypted) throw new ArchiveError(`${filename} is encrypted`);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw new ArchiveError(`${filename} is compressed by method ${compressionMethod}, which is not known`);
  }
  const largest = compressedSize * (compressionMethod === STORED ? 1 : MOST_DEFLATED);
  if (uncompressedSize > largest) {
    throw new ArchiveError(
      `${filename} says its ${compressedSize} bytes unpack to ${uncompressedSize}, which they cannot`,
    );
  }
  if (uncompressedSize > most) {
    throw new ArchiveError(
      `${filename} unpacks to ${uncompressedSize} bytes, of which at most ${most} are read`,
    );
  }
}

function asFault(error: unknown, name?: string): Error {
  if (error instanceof ArchiveError) return error;
  if (!(error instanceof Error)) return new ArchiveError(String(error));
  // Errors of the file system are not errors of the archive.
  if ('syscall' in error) return error;
  return new ArchiveError(`${name === undefined ? 'the archive' : name} is damaged: ${describeFault(error)}`);
}

/** Words the faults that zip.js finds. Its own words name neither a place nor a way out. */
function describeFault(error: Error): string {
  switch (error.message) {
    case ERR_AMBIGUOUS_ARCHIVE:
      return 'it can be read in two ways, as if it had two entries of one name; save the model again';
    case ERR_UNSAFE_FILENAME:
      return `an entry has a path out of the archive${'filename' in error ? `, "${error.filename}"` : ''}; save the model again`;
    default:
      return 'it is cut off or changed; copy or download the file again';
  }
}

/** Makes zip.js read a file without loading it into memory. */
class FileReader extends Reader<FileHandle> {
  readonly #file: FileHandle;

  constructor(file: FileHandle, size: number) {
    super(file);
    this.#file = file;
    this.size = size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - index));
    const { buffer, bytesRead } = await this.#file.read(new Uint8Array(wanted), 0, wanted, index);
    return buffer.subarray(0, bytesRead);
  }
}
