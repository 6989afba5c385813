import type { FS as FileSystem } from 'h5wasm';

/** A file outside, read where it is: nothing of it is held. */
export interface FileBytes {
  readonly size: number;
  /** Fills the target from an offset in the file, and tells how much of it. */
  read(target: Uint8Array, offset: number): number;
}

/** What Emscripten's file system hands to the operations of a file. */
interface Stream {
  position: number;
}

/** What its types leave out of a file. */
interface FileNode {
  stream_ops?: object;
  node_ops?: { readonly getattr: (node: object) => object };
}

const NAME = '/model.h5';
const FROM_CURRENT = 1;
const FROM_END = 2;

/**
 * Puts one file into the library's own file system, whose bytes come from outside as they are asked for.
 *
 * @returns what the file is called there
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
