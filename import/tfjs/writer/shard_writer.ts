import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The size of tfjs's own converter, small enough for any cache. */
const DEFAULT_SHARD_BYTES = 4 * 1024 * 1024;

/**
 * Splits a stream of bytes into files of equal size, such as `group1-shard1of4.bin`. They have temporary names until
 * their number is known at the end.
 */
export class ShardWriter {
  readonly #directory: string;
  readonly #shardBytes: number;
  #file: FileHandle | undefined;
  #count = 0;
  #room = 0;

  constructor(directory: string, shardBytes = DEFAULT_SHARD_BYTES) {
    if (!Number.isSafeInteger(shardBytes) || shardBytes < 1)
      throw new RangeError(`a shard of ${shardBytes} bytes`);
    this.#directory = directory;
    this.#shardBytes = shardBytes;
  }

  /** Writes bytes. Resolves when the file system has accepted all of them. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const file = this.#room > 0 && this.#file !== undefined ? this.#file : await this.#next();
      const { bytesWritten } = await file.write(bytes, offset, Math.min(this.#room, bytes.length - offset));
      offset += bytesWritten;
      this.#room -= bytesWritten;
    }
  }

  /** Renames the files and returns their names in order. */
  async finish(): Promise<string[]> {
    await this.#close();
    const names: string[] = [];
    for (let index = 1; index <= this.#count; index++) {
      const name = `group1-shard${index}of${this.#count}.bin`;
      await rename(this.#unfinished(index), join(this.#directory, name));
      names.push(name);
    }
    return names;
  }

  /** Removes the written files. It is called instead of `finish`, or after `finish` failed. */
  async abandon(): Promise<void> {
    await this.#close();
    for (let index = 1; index <= this.#count; index++) await rm(this.#unfinished(index), { force: true });
  }

  async #next(): Promise<FileHandle> {
    await this.#close();
    this.#file = await open(this.#unfinished(this.#count + 1), 'w');
    this.#count++;
    this.#room = this.#shardBytes;
    return this.#file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #unfinished(index: number): string {
    return join(this.#directory, `group1-shard${index}.bin.unfinished`);
  }
}
