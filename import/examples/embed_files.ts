import { readFile } from 'node:fs/promises';
import { isJsonObject } from '../../worker/model/json_object.ts';
import { findModelFile } from '../files/model_files.ts';
import { type Imported, malformed, read } from '../import_result.ts';

/** A server accepts no larger request by default. Bytes. */
const LARGEST_FILE = 8 * 1024 * 1024;
/** The most bytes of all files together. A short text could name one file a million times. */
const LARGEST_TOTAL = 256 * 1024 * 1024;
/** Deeper than any tensor, and no deeper than it is safe to descend. */
const DEEPEST = 32;

/**
 * Puts the bytes of files in the places that name them: `{"file": "cat.jpg"}` becomes `{"b64": "..."}`.
 *
 * @param directory where the files lie; nothing outside of it is read
 */
export async function embedFiles(json: unknown, directory: string): Promise<Imported<unknown>> {
  return embedIn(json, { directory, taken: 0 }, 0);
}

interface Embedding {
  readonly directory: string;
  /** The bytes of the files so far. */
  taken: number;
}

async function embedIn(json: unknown, embedding: Embedding, depth: number): Promise<Imported<unknown>> {
  if (depth === DEEPEST || typeof json !== 'object' || json === null) return read(json);
  if (Array.isArray(json)) {
    const elements: unknown[] = [];
    for (const element of json) {
      const embedded = await embedIn(element, embedding, depth + 1);
      if (embedded.kind !== 'read') return embedded;
      elements.push(embedded.value);
    }
    return read(elements);
  }
  if (!isJsonObject(json)) return read(json);
  const members = Object.entries(json);
  if (members.length === 1 && typeof json.file === 'string') return embedFile(json.file, embedding);
  const embeddedMembers: [string, unknown][] = [];
  for (const [name, value] of members) {
    const embedded = await embedIn(value, embedding, depth + 1);
    if (embedded.kind !== 'read') return embedded;
    embeddedMembers.push([name, embedded.value]);
  }
  return read(Object.fromEntries(embeddedMembers));
}

async function embedFile(path: string, embedding: Embedding): Promise<Imported<unknown>> {
  const file = await findModelFile(embedding.directory, path);
  if (file.kind !== 'read') return file;
  const { absolutePath, bytes } = file.value;
  if (bytes > LARGEST_FILE)
    return malformed(`"${path}" has ${bytes} bytes, and an example may have ${LARGEST_FILE}`);
  embedding.taken += bytes;
  if (embedding.taken > LARGEST_TOTAL) {
    return malformed(
      `the files of its examples have more than ${LARGEST_TOTAL} bytes; name fewer or smaller ones`,
    );
  }
  return read({ b64: (await readFile(absolutePath)).toString('base64') });
}
