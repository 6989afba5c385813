import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Entry, type FileEntry, Reader, ZipReader } from '@zip.js/zip.js';
import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';

/** What is wrong with an archive, and where in it. */
export class ArchiveError extends CodedError {
  override readonly code: ErrorCode = 'ERR_ARCHIVE_INVALID';
}

const MOST_ENTRIES = 10_000;
/** Bytes of the list of entries with their names. */
const LONGEST_NAME = 1000;
/** Deflate makes nothing smaller than by this factor. */
const MOST_DEFLATED = 1032;
const STORED = 0;
const DEFLATED = 8;

/**
 * A zip archive of which another reader would read the same: without data around it, without two entries of one
 * name, each header agreeing with the directory. Paths that lead out of a directory are refused, and so is an
 * entry that unpacks to more than it says or than its bytes can.
 */
export class ZipArchive {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, FileEntry>;

  private constructor(file: FileHandle, entries: ReadonlyMap<string, FileEntry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws {ArchiveError} where it is none, or not a sound one */
  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const reader = new ZipReader(new FileReader(file, size), {
        strictness: 'strict',
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

  /** The text of an entry. @param most bytes that it may have */
  async text(name: string, most: number): Promise<string> {
    const pieces: Uint8Array[] = [];
    await this.#unpack(name, most, async (piece) => {
      pieces.push(piece);
    });
    return new TextDecoder().decode(Buffer.concat(pieces));
  }

  /** Writes an entry into a file, as it is unpacked. @param most bytes that it may have */
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

/** What an entry says of itself, before anything of it is unpacked. */
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
  // Faults of the file system are no fault of the archive.
  if ('syscall' in error) return error;
  return new ArchiveError(`${name === undefined ? 'the archive' : name} is damaged: ${error.message}`);
}

/** Lets zip.js read a file where it is. */
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
