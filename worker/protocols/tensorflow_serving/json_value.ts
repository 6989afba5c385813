export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The only key of an object that stands for a string's bytes. */
export const BASE64_KEY = 'b64';

/** The text of `{"b64": "..."}`, an object with just that key; undefined for everything else. */
export function base64Text(value: unknown): string | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, BASE64_KEY)) return undefined;
  const text = value[BASE64_KEY];
  return typeof text === 'string' && Object.keys(value).length === 1 ? text : undefined;
}

/** Whether a value names tensors: an object that is not a base64 string. */
export function isNamedTensors(value: unknown): value is JsonObject {
  return isJsonObject(value) && base64Text(value) === undefined;
}

/** The name of a value's JSON type, as TensorFlow Serving's errors give it. */
export function jsonTypeName(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return 'Number';
    case 'string':
      return 'String';
    default:
      return 'Object';
  }
}

const EXCERPT_LENGTH = 256;

/** A value as JSON for an error message, cut off at 256 characters, whatever its size or depth. */
export function excerpt(value: unknown): string {
  const text = appended('', value);
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}...` : text;
}

/** Stops at the limit; each level adds a character before it descends, so that this bounds the depth too. */
function appended(before: string, value: unknown): string {
  let text = before;
  if (Array.isArray(value)) {
    text += '[';
    for (let index = 0; index < value.length && text.length <= EXCERPT_LENGTH; index++) {
      text = appended(index === 0 ? text : `${text},`, value[index]);
    }
    return `${text}]`;
  }
  if (isJsonObject(value)) {
    text += '{';
    let separator = '';
    for (const key in value) {
      if (text.length > EXCERPT_LENGTH) break;
      text = appended(`${text}${separator}${quoted(key)}:`, value[key]);
      separator = ',';
    }
    return `${text}}`;
  }
  return text + (typeof value === 'string' ? quoted(value) : String(value));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > EXCERPT_LENGTH ? text.slice(0, EXCERPT_LENGTH) : text);
}
