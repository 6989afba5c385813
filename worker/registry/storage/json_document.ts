import * as v from 'valibot';
import { isDeeperThan } from './json_depth.ts';
import type { ObjectBody } from './object_store.ts';

export type ParsedDocument<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Far more than any document of the registry needs, including golden examples of many dimensions. */
const DEPTH_LIMIT = 100;

/** Parses a stored JSON document by its schema. The reason names the invalid member. */
export function parseDocument<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): ParsedDocument<v.InferOutput<Schema>> {
  // Checked before parsing, since later recursion over the document could overflow the stack.
  if (isDeeperThan(text, DEPTH_LIMIT)) {
    return { kind: 'malformed', reason: `is nested deeper than ${DEPTH_LIMIT} levels` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'malformed', reason: 'is not JSON' };
  }
  return parseValue(schema, json);
}

/** Reads a stored JSON document. A document larger than `limitBytes` is malformed and is not read. */
export async function readDocument<Schema extends v.GenericSchema>(
  schema: Schema,
  object: ObjectBody,
  limitBytes: number,
): Promise<ParsedDocument<v.InferOutput<Schema>>> {
  const text = await readText(object, limitBytes);
  return text.kind === 'malformed' ? text : parseDocument(schema, text.value);
}

/** Returns the text of a stored document of at most `limitBytes`. */
export async function readText(object: ObjectBody, limitBytes: number): Promise<ParsedDocument<string>> {
  if (object.size <= limitBytes) return { kind: 'valid', value: await object.text() };
  await object.stream.cancel();
  return { kind: 'malformed', reason: `has ${object.size} bytes; the limit is ${limitBytes} bytes` };
}

/** Checks a value by a schema. The reason names the invalid member. */
export function parseValue<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
): ParsedDocument<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, json);
  if (result.success) return { kind: 'valid', value: result.output };
  const [issue] = result.issues;
  // What a closed schema expects of a member that it does not have.
  const message = issue.expected === 'never' ? 'is not a known member' : issue.message;
  return { kind: 'malformed', reason: `${v.getDotPath(issue) ?? 'the document'}: ${message}` };
}

/** Serializes a document for storage, indented because people read it. */
export function serializeDocument(document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
}
