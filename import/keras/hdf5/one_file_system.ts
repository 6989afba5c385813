import type { FS as FileSystem } from 'h5wasm';

/** A file outside of the library's memory, which is read on demand. */
export interface FileBytes {
  readonly size: number;
  /** Fills the target from an offset in the file, and returns the number of bytes. */
  read(target: Uint8Array, offset: number): number;
}

/** The argument that Emscripten's file system passes to the operations of a file. */
interface Stream {
  position: number;
}

/** The member of a file that Emscripten's types omit. */
interface FileNode {
  stream_ops?: object;
  node_ops?: { readonly getattr: (node: object) => object };
}

const NAME = '/model.h5';
const FROM_CURRENT = 1;
const FROM_END = 2;

/**
 * Adds a file to the library's own file system. Its bytes are read from outside on demand.
 *
 * @returns the name of the file there
 */
export function mountFile(system: NonNullable<typeof FileSystem>, { size, read }: FileBytes): string {
  system.writeFile(NAME, new Uint8Array());
  const node: object & FileNode = system.lookupPath(NAME, {}).node;
  const operations = node.node_ops;
  if (operations === undefined) throw new Error("h5wasm's file system is not the one that is known");
  node.node_ops = { ...operations, getattr: (of) => ({ ...operations.getattr(of), size }) };
  node.stream_ops = {
    read: (_stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) =>
      read(buffer.subarray(offset, offset + length), position),
    llseek: (stream: Stream, offset: number, whence: number) => {
      if (whence === FROM_CURRENT) return stream.position + offset;
      return whence === FROM_END ? size + offset : offset;
    },
  };
  return NAME;
}
