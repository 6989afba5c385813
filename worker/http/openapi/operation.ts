import { type SchemaName, schemaReference } from './schemas.ts';

/** The description of one method at one path. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, ResponseObject>>;
  readonly security?: readonly object[];
}

interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

type PathItem = Readonly<Partial<Record<'get' | 'post', Operation>>>;
export type Paths = Readonly<Record<string, PathItem>>;

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; the message says where',
  401: 'The server requires an API key',
  403: 'The API key is for other models, or the server does not serve that version by its number',
  404: 'The model or version does not exist',
  405: 'The path does not support the method',
  413: 'The body is larger than the server accepts',
  415: 'The Content-Encoding is neither gzip nor deflate',
  429: 'Too many requests',
  503: 'The model cannot be served now',
};

/** A body of bytes. */
const FILE = { type: 'string', format: 'binary' };
const BINARY = { ...FILE, description: 'JSON, and the tensors behind it' };

/** Describes a JSON response and the errors that may replace it. */
export function responses(
  schema: SchemaName,
  description: string,
  errors: readonly number[],
  options: { readonly ofModel?: boolean; readonly binary?: boolean } = {},
): Operation['responses'] {
  const success: ResponseObject = {
    description,
    ...(options.ofModel && { headers: MODEL_HEADERS }),
    content: {
      'application/json': { schema: schemaReference(schema) },
      ...(options.binary && { 'application/octet-stream': { schema: BINARY } }),
    },
  };
  const failures = errors.map((status) => {
    const content = { 'application/json': { schema: schemaReference('Error') } };
    return [status, { description: ERRORS[status] ?? 'An error', content }] as const;
  });
  return { 200: success, ...Object.fromEntries(failures) };
}

const header = (description: string) => ({ description, schema: { type: 'string' } });

const MODEL_HEADERS = {
  'x-model-version': header('The version that answered'),
  'x-model-generation': header("The generation of the model's pointer"),
  'x-model-fallback': header('The version that should have answered, and why it could not'),
  'x-model-stale-pointer': header('Why the pointer could not be read; the last one known was used'),
};

/** Values by their names. */
export type Examples = Readonly<Record<string, { readonly value: unknown }>>;

export function pathParameter(name: string, description: string, examples: Examples): object {
  return { name, in: 'path', required: true, description, schema: { type: 'string' }, ...shown(examples) };
}

function shown(examples: Examples): { readonly examples?: Examples } {
  return Object.keys(examples).length === 0 ? {} : { examples };
}

/** JSON, or what is not JSON: an image, a form with images, a text. */
export function jsonOrFileBody(schema: SchemaName, examples: Examples): object {
  const form = { type: 'object', properties: { image: FILE, signature_name: { type: 'string' } } };
  return {
    required: true,
    content: {
      'application/json': { schema: schemaReference(schema), ...shown(examples) },
      'image/*': { schema: FILE },
      'multipart/form-data': { schema: form },
      'text/plain': { schema: { type: 'string' } },
    },
  };
}

/** JSON, which may be omitted. */
export function jsonBody(schema: SchemaName, examples: Examples): object {
  return { content: { 'application/json': { schema: schemaReference(schema), ...shown(examples) } } };
}

/** JSON, or JSON with binary data behind it. */
export function jsonOrBinaryBody(schema: SchemaName, examples: Examples): object {
  return {
    required: true,
    content: {
      'application/json': { schema: schemaReference(schema), ...shown(examples) },
      'application/octet-stream': { schema: BINARY },
    },
  };
}
