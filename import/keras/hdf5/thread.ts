/**
 * A separate thread for the HDF5 library, which is written in C, so that the effects of a hostile file end with the
 * thread. The library sees a file system with only one file, so that links to others do not resolve.
 */
import { fstatSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import * as v from 'valibot';
import type { Hdf5Answers, Hdf5Question, Hdf5Reply, Hdf5Request } from './messages.ts';
import { Hdf5Reader } from './reader.ts';

if (parentPort === null) throw new Error('this is the main file of a thread');
const port = parentPort;
const { path } = v.parse(v.object({ path: v.string() }), workerData);

/** The most bytes of memory. Pieces of tensors and the library's own data take far less. */
const MOST_MEMORY = 512 * 1024 * 1024;
const PAGE = 64 * 1024;

boundMemory();
const file = openSync(path, 'r');
try {
  const reader = await Hdf5Reader.open({
    size: fstatSync(file).size,
    read: (target, offset) => readSync(file, target, 0, target.length, offset),
  });
  port.on('message', (request: Hdf5Request) => answer(reader, request));
  port.postMessage({ kind: 'opened' });
} catch (error) {
  port.postMessage({ kind: 'not opened', message: messageOf(error) });
}

function answer(reader: Hdf5Reader, { id, question }: Hdf5Request): void {
  try {
    const value = ask(reader, question);
    const reply: Hdf5Reply = { id, kind: 'answer', value };
    port.postMessage(reply, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    port.postMessage({ id, kind: 'fault', message: messageOf(error) } satisfies Hdf5Reply);
  }
}

function ask(reader: Hdf5Reader, question: Hdf5Question): Hdf5Answers[Hdf5Question['kind']] {
  switch (question.kind) {
    case 'attribute':
      return reader.attribute(question.path, question.name);
    case 'members':
      return reader.members(question.path);
    case 'dataset':
      return reader.dataset(question.path);
    case 'read':
      return reader.read(question.path);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Limits the WebAssembly memory of this thread: beyond the limit, the library fails to allocate and reports it. It must
 * be called before the library is loaded.
 */
function boundMemory(): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function bounded(this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE > MOST_MEMORY) {
      throw new RangeError('the file needs more memory than a file of its size has reason to');
    }
    return grow.call(this, pages);
  };
}
