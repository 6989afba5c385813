import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { embedFiles } from '../../import/examples/embed_files.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { ExampleRequest } from './generated_examples.ts';

const RequestSchema = v.object({
  signature_name: v.optional(v.string(), DEFAULT_SIGNATURE),
  instances: v.optional(v.pipe(v.array(v.unknown()), v.minLength(1))),
  inputs: v.optional(v.unknown()),
});

export type RequestRead =
  | { readonly kind: 'read'; readonly request: ExampleRequest; readonly signature: Signature }
  /** The reason is a sentence that names the file. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** A server accepts no larger request. Bytes. */
export const LARGEST_REQUEST = 64 * 1024 * 1024;

/**
 * Reads a predict request in TensorFlow Serving's JSON, in row or columnar format, and returns it as golden examples
 * store it: columnar, with every input by its name. The model checks the values. A file that it names, as
 * `{"file": "cat.jpg"}`, lies in the directory of the request, and becomes a part of it.
 */
export async function readRequest(
  path: string,
  signatures: Readonly<Record<string, Signature>>,
): Promise<RequestRead> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return { kind: 'malformed', reason: `${path} is not a file` };
  if (found.size > LARGEST_REQUEST) return { kind: 'malformed', reason: `${path} is larger than 64 MB` };
  const malformed = (reason: string): RequestRead => ({ kind: 'malformed', reason: `${path}: ${reason}` });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return malformed('is not JSON');
  }
  const whole = await embedFiles(json, dirname(path));
  if (whole.kind !== 'read') return malformed(whole.message);
  const parsed = v.safeParse(RequestSchema, whole.value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return malformed(`${v.getDotPath(issue) ?? 'the request'}: ${issue.message}`);
  }
  const { signature_name, instances, inputs } = parsed.output;
  const signature = Object.hasOwn(signatures, signature_name) ? signatures[signature_name] : undefined;
  if (signature === undefined) return malformed(`the signature "${signature_name}" does not exist`);
  if ((instances === undefined) === (inputs === undefined)) {
    return malformed('it must have either "instances" or "inputs"');
  }
  const names = Object.keys(signature.inputs);
  const columns = instances === undefined ? byName(inputs, names) : columnsOf(instances, names);
  if (columns === undefined) return malformed(`it does not name the inputs ${names.join(', ')}`);
  return { kind: 'read', request: { signature_name, inputs: columns }, signature };
}

/** Returns the columns by name. The only input may stand without its name. */
function byName(value: unknown, names: readonly string[]): Record<string, unknown> | undefined {
  if (isObject(value) && !isBytes(value)) {
    return names.every((name) => Object.hasOwn(value, name)) ? { ...value } : undefined;
  }
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? { [only]: value } : undefined;
}

function columnsOf(rows: readonly unknown[], names: readonly string[]): Record<string, unknown> | undefined {
  const named: Record<string, unknown>[] = [];
  for (const row of rows) {
    const columns = byName(row, names);
    if (columns === undefined) return undefined;
    named.push(columns);
  }
  return Object.fromEntries(names.map((name) => [name, named.map((columns) => columns[name])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{"b64": "..."}` is a string of bytes, and not an object with an input of that name. */
function isBytes(value: Record<string, unknown>): boolean {
  return typeof value.b64 === 'string' && Object.keys(value).length === 1;
}
