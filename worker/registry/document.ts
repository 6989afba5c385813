import * as v from 'valibot';

export type ParsedDocument<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Parses a stored JSON document by its schema; the reason names the place that is wrong. */
export function parseDocument<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): ParsedDocument<v.InferOutput<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'malformed', reason: 'is not JSON' };
  }
  const result = v.safeParse(schema, json);
  if (result.success) return { kind: 'valid', value: result.output };
  const [issue] = result.issues;
  return { kind: 'malformed', reason: `${v.getDotPath(issue) ?? 'the document'}: ${issue.message}` };
}

/** A stored document as bytes; indented, because people read them. */
export function serializeDocument(document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
}
