import type { Operation, Parameter } from './openapi.ts';

/** What a person has typed into a form. */
export interface Filled {
  /** Values of parameters; an empty one is not sent. */
  readonly values: ReadonlyMap<Parameter, string>;
  readonly body: Body | undefined;
  /** The API key; empty for none. */
  readonly key: string;
}

export interface Body {
  readonly contentType: string;
  readonly content: string | File;
}

export interface ApiRequest {
  readonly method: string;
  /** The path and the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | File | FormData | undefined;
}

/** Makes the request that a form describes. */
export function requestOf(
  { method, path, parameters }: Operation,
  { values, body, key }: Filled,
): ApiRequest {
  let target = path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
  for (const parameter of parameters) {
    const value = values.get(parameter) ?? '';
    if (parameter.place === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (value === '') continue;
    if (parameter.place === 'query') query.set(parameter.name, value);
    if (parameter.place === 'header') headers[parameter.name] = value;
  }
  const search = query.size === 0 ? '' : `?${query}`;
  const sent = { method: method.toUpperCase(), path: target + search };
  if (body === undefined) return { ...sent, headers, body: undefined };
  const { contentType, content } = body;
  // The browser adds the boundary between the parts of a form.
  if (contentType === 'multipart/form-data') return { ...sent, headers, body: formOf(content) };
  const type = contentType.includes('*') && content instanceof File ? content.type : contentType;
  return { ...sent, headers: { ...headers, 'content-type': type }, body: content };
}

function formOf(content: string | File): FormData {
  const form = new FormData();
  form.set('image', content);
  return form;
}

/** Returns the request as a command for a shell. */
export function curlCommand({ method, path, headers, body }: ApiRequest, origin: string): string {
  const words = ['curl'];
  if (method === 'POST' && body === undefined) words.push('-X POST');
  for (const [name, value] of Object.entries(headers)) {
    // A key does not belong on a screen.
    words.push('-H', quoted(name === 'authorization' ? `${name}: Bearer $KEY` : `${name}: ${value}`, name));
  }
  if (typeof body === 'string') words.push('-d', quoted(body));
  if (body instanceof File) words.push('--data-binary', quoted(`@${body.name}`));
  if (body instanceof FormData) words.push('-F', quoted(`image=@${fileName(body)}`));
  words.push(quoted(origin + path));
  return words.join(' ');
}

function fileName(form: FormData): string {
  const file = form.get('image');
  return file instanceof File ? file.name : '';
}

/** Quotes a word for a shell. In double quotes a shell replaces the key's variable. */
function quoted(word: string, header = ''): string {
  return header === 'authorization' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
