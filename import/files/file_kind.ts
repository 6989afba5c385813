import { open } from 'node:fs/promises';
import { type Field, scanFields } from '../protobuf/scan_fields.ts';

/** The kind of a file by its first bytes, whatever its name is. */
export type FileKind =
  | 'hdf5'
  | 'zip'
  | 'graph-def'
  | 'meta-graph'
  | 'saved-model'
  | 'json'
  | 'onnx'
  | 'tflite'
  | 'unknown';

const HDF5_SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const ZIP_SIGNATURE = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const TFLITE_SIGNATURE = new TextEncoder().encode('TFL3');

/**
 * The bytes that are read from the beginning. They suffice for the first nodes of any graph, since the constants of old
 * files follow their names.
 */
const HEAD = 64 * 1024;
/** HDF5's signature may follow a user block, at 512 bytes or a power-of-two multiple of it. */
const FIRST_USER_BLOCK = 512;

/** Detects the kind of a file. It reads the beginning, and eight bytes at each position where HDF5 may begin. */
export async function fileKind(path: string): Promise<FileKind> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const head = await readAt(0, HEAD);
    if (startsWith(head, HDF5_SIGNATURE)) return 'hdf5';
    if (startsWith(head, ZIP_SIGNATURE)) return 'zip';
    if (startsWith(head.subarray(4), TFLITE_SIGNATURE)) return 'tflite';
    for (let offset = FIRST_USER_BLOCK; offset < size; offset *= 2) {
      if (startsWith(await readAt(offset, HDF5_SIGNATURE.length), HDF5_SIGNATURE)) return 'hdf5';
    }
    if (/^\uFEFF?\s*[{[]/.test(new TextDecoder().decode(head.subarray(0, 256)))) return 'json';
    return protocolBufferKind(head);
  } finally {
    await file.close();
  }
}

function startsWith(bytes: Uint8Array, signature: Uint8Array): boolean {
  return bytes.length >= signature.length && signature.every((byte, index) => bytes[index] === byte);
}

/**
 * Distinguishes the protocol buffers of models. A GraphDef begins with a NodeDef, or with versions or a library if it
 * has no nodes. A MetaGraphDef begins with its information and a graph, and a SavedModel with a number.
 */
function protocolBufferKind(head: Uint8Array): FileKind {
  const fields = scanFields(head, 16);
  const [first] = fields ?? [];
  if (fields === undefined || first === undefined) return 'unknown';
  const numbers = fields.map(({ number }) => number);
  if (first.number === 1 && first.bytes === undefined) {
    if (fields.slice(1).every(({ number, bytes }) => number === 2 && bytes !== undefined))
      return 'saved-model';
    // ONNX's ModelProto: a version, the producer's name, and other fields.
    return numbers.every((number) => number <= 25) && numbers.includes(7) ? 'onnx' : 'unknown';
  }
  if (first.number === 1 && first.bytes !== undefined && isNodeDef(first.bytes)) return 'graph-def';
  const graph = fields.find(({ number }) => number === 2);
  if (first.number === 1 && graph?.bytes !== undefined && startsWithNode(graph.bytes)) return 'meta-graph';
  return 'unknown';
}

function startsWithNode(graph: Uint8Array): boolean {
  const [node] = scanFields(graph, 1) ?? [];
  return node?.number === 1 && node.bytes !== undefined && isNodeDef(node.bytes);
}

/** True for a NodeDef, which begins with a name and an operation. Both are words. */
function isNodeDef(bytes: Uint8Array): boolean {
  const [name, operation] = scanFields(bytes, 2) ?? [];
  return isWord(name, 1, /^[A-Za-z0-9_.][\w.\\/>:-]*$/) && isWord(operation, 2, /^[A-Za-z_][\w>]*$/);
}

function isWord(field: Field | undefined, number: number, pattern: RegExp): boolean {
  if (field?.number !== number || field.bytes === undefined || !field.complete) return false;
  return pattern.test(new TextDecoder().decode(field.bytes));
}
