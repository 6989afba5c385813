import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type OpenApiDocument, openApiDocument } from '../../worker/http/openapi/document.ts';

const DOCUMENT: OpenApiDocument = openApiDocument();
const DOCUMENT_ID = 'edge-serving';

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(DOCUMENT, DOCUMENT_ID);

/** The templates of the document's paths, those with fewer parameters first. */
const TEMPLATES = Object.keys(DOCUMENT.paths)
  .map((template) => ({
    template,
    // TensorFlow Serving takes paths in any case, which OpenAPI cannot say.
    pattern: new RegExp(
      `^${template.replace(/\{\w+\}/g, '[^/:]+')}$`,
      template.startsWith('/v1/') ? 'i' : '',
    ),
    parameters: template.split('{').length,
  }))
  .sort((left, right) => left.parameters - right.parameters);

const validators = new Map<string, ValidateFunction>();

export interface AnswerToCheck {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** The JSON of the body; of its JSON part where binary data follows. */
  readonly json: unknown;
}

/**
 * Why an answer is not as the OpenAPI document says; empty where it is. A request for something that is not in
 * the document is to be answered by an error.
 */
export function faultsOf({ method, path, status, contentType, json }: AnswerToCheck): string[] {
  const type = contentType?.split(';')[0] ?? '';
  const found = TEMPLATES.find(({ pattern }) => pattern.test(path));
  const verb = method.toLowerCase();
  const item = found === undefined ? undefined : DOCUMENT.paths[found.template];
  const operation = verb === 'get' || verb === 'post' ? item?.[verb] : undefined;
  if (found === undefined || operation === undefined) {
    return status < 400 ? [`${method} ${path} is not in the document`] : validate(ERROR, json);
  }
  const response = operation.responses[status];
  if (response === undefined) return [`${operation.operationId} does not answer ${status}`];
  if (response.content?.[type] === undefined) return [`${operation.operationId} does not answer ${type}`];
  const place = ['paths', found.template, verb, 'responses', String(status), 'content', JSON_TYPE, 'schema'];
  return validate(`#/${place.map(pointerToken).join('/')}`, json);
}

export interface TextToCheck extends Omit<AnswerToCheck, 'json'> {
  /** The body. */
  readonly text: string;
}

const COMPUTED_PATH = /^\/v1\/models\/.*:(?:predict|classify|regress)$/i;
/** Strings, so that they are left as they are; or the tokens that TensorFlow Serving writes for floats. */
const STRING_OR_TOKEN = /"(?:[^"\\]|\\.)*"|(?<=[[:,])(?:NaN|-?Infinity)(?=[\],}])/g;

/**
 * The same of an answer of TensorFlow Serving's API as it came; `path` with its query. What a model computed may
 * have NaN, Infinity and -Infinity where JSON has a number, unless strict JSON was asked for.
 */
export function faultsOfText({ method, path, status, contentType, text }: TextToCheck): string[] {
  const { pathname, searchParams } = new URL(path, 'http://edge');
  // The answer to a preflight is a matter of headers: it has no body and is not in the document.
  if (method === 'OPTIONS' && status === 200) return text === '' ? [] : ['OPTIONS is answered by a body'];
  const isComputed = method === 'POST' && status === 200 && COMPUTED_PATH.test(pathname);
  const mayHaveTokens = isComputed && searchParams.get('strict_json') !== 'true';
  let json: unknown;
  try {
    json = JSON.parse(
      mayHaveTokens ? text.replace(STRING_OR_TOKEN, (found) => (found.startsWith('"') ? found : '0')) : text,
    );
  } catch (error) {
    return [`not JSON: ${String(error)}`];
  }
  return faultsOf({ method, path: pathname, status, contentType, json });
}

const JSON_TYPE = 'application/json';
const ERROR = '#/components/schemas/Error';

function validate(pointer: string, json: unknown): string[] {
  const validator = validators.get(pointer) ?? ajv.compile({ $ref: DOCUMENT_ID + pointer });
  validators.set(pointer, validator);
  if (validator(json)) return [];
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function pointerToken(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Whether a request body is as the document says. */
export function requestFaults(schema: string, json: unknown): string[] {
  return validate(`#/components/schemas/${schema}`, json);
}
