import { singleQuoted } from '../../scripts/cli/shell_word.ts';
import type { Target, TryRequest } from './try_request.ts';

export const LANGUAGES = ['curl', 'fetch', 'Python', 'service binding'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface SnippetOptions {
  readonly request: TryRequest;
  /** The address of the predict Worker, without a slash at the end. */
  readonly origin: string;
  /** True if the predict Worker asks for a key. The snippets then read it from a variable, and never contain it. */
  readonly needsKey: boolean;
  readonly model: string;
  readonly target: Target;
  readonly inputNames: readonly string[];
}

/** Writes a request as a program of a language. */
export function snippet(language: Language, options: SnippetOptions): string {
  switch (language) {
    case 'curl':
      return curlLine(options);
    case 'fetch':
      return fetchCall(options);
    case 'Python':
      return pythonProgram(options);
    case 'service binding':
      return bindingCall(options);
  }
}

function curlLine({ request, origin, needsKey }: SnippetOptions): string {
  const url = singleQuoted(origin + request.path);
  const key = needsKey ? ` -H "x-api-key: $PREDICT_API_KEY"` : '';
  switch (request.kind) {
    case 'json':
      return `curl -d ${singleQuoted(request.body)}${key} ${url}`;
    case 'text':
      return `curl --data-binary ${singleQuoted(request.text)} -H 'content-type: text/plain'${key} ${url}`;
    case 'file': {
      const { name, type } = request.file;
      return `curl --data-binary ${singleQuoted(`@${name}`)} -H ${singleQuoted(`content-type: ${type}`)}${key} ${url}`;
    }
  }
}

function fetchCall({ request, origin, needsKey }: SnippetOptions): string {
  const headers = {
    ...(request.kind === 'text' && { 'content-type': 'text/plain' }),
    ...(request.kind === 'file' && { 'content-type': request.file.type }),
  };
  const members = [
    ...Object.entries(headers).map(([name, value]) => `'${name}': ${JSON.stringify(value)}`),
    ...(needsKey ? ["'x-api-key': PREDICT_API_KEY"] : []),
  ];
  const sent = members.length === 0 ? '' : `\n  headers: { ${members.join(', ')} },`;
  const answer = `console.log(response.headers.get('x-model-version'), await response.json());`;
  return `const response = await fetch(${JSON.stringify(origin + request.path)}, {
  method: 'POST',${sent}
  body: ${javascriptBody(request)},
});
${answer}`;
}

function javascriptBody(request: TryRequest): string {
  switch (request.kind) {
    case 'json':
      return JSON.stringify(request.body);
    case 'text':
      return JSON.stringify(request.text);
    case 'file':
      return `input.files[0] /* ${request.file.name.replaceAll('*/', '* /')} */`;
  }
}

function pythonProgram({ request, origin, needsKey }: SnippetOptions): string {
  const type = { json: 'application/json', text: 'text/plain', file: '' }[request.kind];
  const headers = [
    `"content-type": ${JSON.stringify(request.kind === 'file' ? request.file.type : type)}`,
    ...(needsKey ? ['"x-api-key": os.environ["PREDICT_API_KEY"]'] : []),
  ];
  // A JSON string is also a string of Python.
  const data =
    request.kind === 'file'
      ? `open(${JSON.stringify(request.file.name)}, "rb").read()`
      : `${JSON.stringify(request.kind === 'json' ? request.body : request.text)}.encode()`;
  return `${needsKey ? 'import os\n' : ''}import json, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(origin + request.path)},
    data=${data},
    headers={${headers.join(', ')}},
)
with urllib.request.urlopen(request) as response:
    print(response.headers["x-model-version"], json.load(response))`;
}

function bindingCall({ request, model, target, inputNames }: SnippetOptions): string {
  const inputs = bindingInputs(request, inputNames);
  const option =
    target.kind === 'version'
      ? `, { version: ${JSON.stringify(target.version)} }`
      : target.kind === 'label'
        ? `, { label: ${JSON.stringify(target.label)} }`
        : '';
  return `// In the wrangler.toml of your Worker:
//   [[services]]
//   binding = "MODELS"
//   service = "edge-serving"
//   entrypoint = "Models"
const answer = await env.MODELS.predict(${JSON.stringify(model)}, ${inputs}${option});
if (!answer.ok) return new Response(answer.message, { status: answer.status });
console.log(answer.version, answer.outputs);`;
}

/** Nobody reads more. */
const MOST_VALUES = 40;

/** The inputs as the entrypoint takes them: flat values with their shape, by name. */
function bindingInputs(request: TryRequest, [first = 'x', ...others]: readonly string[]): string {
  const member = (name: string, value: string) =>
    `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${value}`;
  if (request.kind === 'file') return `{ ${member(first, 'new Uint8Array(bytes)')} }`;
  if (request.kind === 'text') return `{ ${member(first, JSON.stringify([request.text]))} }`;
  const columns = columnsOf(parseBody(request.body), first, others.length > 0);
  if (columns === undefined) return '{ /* the inputs by name */ }';
  return `{ ${Object.entries(columns)
    .map(([name, value]) => member(name, tensorText(value)))
    .join(', ')} }`;
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Turns the instances or inputs of a request into one value by input. */
function columnsOf(body: unknown, only: string, areMany: boolean): Record<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if ('inputs' in body) return isObject(body.inputs) ? { ...body.inputs } : { [only]: body.inputs };
  if (!('instances' in body) || !Array.isArray(body.instances)) return undefined;
  const rows: unknown[] = body.instances;
  if (!areMany && !rows.some(isObject)) return { [only]: rows };
  const columns = new Map<string, unknown[]>();
  for (const row of rows) {
    if (!isObject(row)) return undefined;
    for (const [name, value] of Object.entries(row)) columns.set(name, [...(columns.get(name) ?? []), value]);
  }
  return Object.fromEntries(columns);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tensorText(value: unknown): string {
  const shape: number[] = [];
  let level: unknown = value;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  const values = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  const list = values.length > MOST_VALUES ? `[/* ${values.length} values */]` : JSON.stringify(values);
  return shape.length === 1 ? list : `{ values: ${list}, shape: [${shape.join(', ')}] }`;
}
