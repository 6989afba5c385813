import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';
import type { Hdf5Answers, Hdf5Dataset, Hdf5Opened, Hdf5Question, Hdf5Reply } from './messages.ts';

/** An invalid HDF5 file. The message says what is wrong and where. */
export class Hdf5Error extends CodedError {
  override readonly code: ErrorCode = 'ERR_HDF5_INVALID';
}

/**
 * The time limit of one question, after which the file counts as one that keeps the library busy forever. Milliseconds.
 */
const TIME_LIMIT = 60_000;
/** The limit of JavaScript objects in MB. It does not include tensors and the library's memory. */
const OBJECT_MEMORY = 256;

interface Waiting {
  readonly answer: (reply: Hdf5Reply) => void;
  readonly fail: (error: Error) => void;
}

/**
 * An HDF5 file that a separate thread reads. If the file makes the library trap, loop, or allocate too much memory, the
 * result is an error.
 */
export class Hdf5File {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #timeLimit: number;
  #asked = 0;
  #end: Error | undefined;

  private constructor(thread: Worker, timeLimit: number) {
    this.#thread = thread;
    this.#timeLimit = timeLimit;
    thread.on('message', (reply: Hdf5Reply) => this.#waiting.get(reply.id)?.answer(reply));
    thread.on('error', (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#stop(new Hdf5Error(`HDF5 gave up on it: ${why}`));
    });
    thread.on('exit', () => this.#stop(new Hdf5Error('HDF5 gave up on it')));
  }

  /**
   * @param options.timeLimit the time limit of a question in milliseconds
   * @throws {Hdf5Error} if it cannot be opened
   */
  static async open(path: string, options: { readonly timeLimit?: number } = {}): Promise<Hdf5File> {
    const source = new URL('./thread.ts', import.meta.url);
    // In a package, modules are compiled.
    const module = new URL(source.href.replace(/\.ts$/, extname(import.meta.url)));
    const thread = new Worker(module, {
      workerData: { path },
      // The library prints its failed attempts there.
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: OBJECT_MEMORY },
    });
    thread.stderr.resume();
    const limit = options.timeLimit ?? TIME_LIMIT;
    const opened = await new Promise<Hdf5Opened>((resolve) => {
      const timer = setTimeout(
        () => resolve({ kind: 'not opened', message: 'HDF5 takes too long over it' }),
        limit,
      );
      const settle = (result: Hdf5Opened) => {
        clearTimeout(timer);
        resolve(result);
      };
      thread.once('message', settle);
      thread.once('error', ({ message }) => settle({ kind: 'not opened', message }));
      thread.once('exit', () => settle({ kind: 'not opened', message: 'HDF5 gave up on it' }));
    });
    if (opened.kind === 'opened') return new Hdf5File(thread, limit);
    await thread.terminate();
    throw new Hdf5Error(opened.message);
  }

  /** Reads an attribute of text or texts. Resolves to undefined if it does not exist. */
  attribute(path: string, name: string): Promise<string | readonly string[] | undefined> {
    return this.#ask({ kind: 'attribute', path, name });
  }

  /** Lists the names in a group. Resolves to undefined if the group does not exist. */
  members(path: string): Promise<readonly string[] | undefined> {
    return this.#ask({ kind: 'members', path });
  }

  /** Describes a dataset without its values. Resolves to undefined if it does not exist. */
  dataset(path: string): Promise<Hdf5Dataset | undefined> {
    return this.#ask({ kind: 'dataset', path });
  }

  /** Reads the values of a dataset in row-major order: little-endian float32 or int32, or one byte for each bool. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask({ kind: 'read', path });
  }

  async close(): Promise<void> {
    this.#stop(new Hdf5Error('the file was closed'));
    await this.#thread.terminate();
  }

  #ask<Kind extends Hdf5Question['kind']>(
    question: Hdf5Question & { readonly kind: Kind },
  ): Promise<Hdf5Answers[Kind]>;
  #ask(question: Hdf5Question): Promise<Hdf5Answers[Hdf5Question['kind']]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#stop(new Hdf5Error(`${question.path}: HDF5 takes too long over it`));
        void this.#thread.terminate();
      }, this.#timeLimit);
      const settle = (then: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        then();
      };
      this.#waiting.set(id, {
        answer: (reply) =>
          settle(() =>
            reply.kind === 'answer' ? resolve(reply.value) : reject(new Hdf5Error(reply.message)),
          ),
        fail: (error) => settle(() => reject(error)),
      });
      this.#thread.postMessage({ id, question });
    });
  }

  #stop(error: Error): void {
    this.#end ??= error;
    for (const { fail } of this.#waiting.values()) fail(this.#end);
  }
}
