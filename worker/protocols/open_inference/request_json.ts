import { describeError } from '../../registry/describe_error.ts';
import { type Invalid, invalid } from './outcome.ts';

export type JsonOutcome = { readonly kind: 'json'; readonly value: unknown } | Invalid;

// Each text is decoded whole, so that nothing of one is left for the next.
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses the JSON of a request. Beside JSON it may hold NaN, Infinity and -Infinity, as Triton's clients write
 * them; a NaN comes out as null, which stands for it in a tensor of floats.
 */
export function parseRequestJson(bytes: Uint8Array): JsonOutcome {
  let text: string;
  try {
    text = DECODER.decode(bytes);
  } catch {
    return invalid('failed to parse the request JSON buffer: it is not UTF-8');
  }
  if (text === '') return invalid('failed to parse the request JSON buffer: The document is empty.');
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch (error) {
    try {
      return { kind: 'json', value: JSON.parse(withoutSpecialNumbers(text)) };
    } catch {
      const reason = describeError(error);
      return invalid(`failed to parse the request JSON buffer: ${reason}`);
    }
  }
}

/**
 * Strings are matched whole, one that is never closed up to the end: else every quote in it would begin an
 * attempt of its own, in time that grows with the square of the body.
 */
const STRING_OR_SPECIAL_NUMBER = /"(?:[^"\\]|\\.|\\$)*(?:"|$)|(?<![\w.])-?(?:NaN|Infinity)\b/gs;

function withoutSpecialNumbers(text: string): string {
  return text.replace(STRING_OR_SPECIAL_NUMBER, (match) => {
    switch (match) {
      case 'NaN':
      case '-NaN':
        return 'null';
      case 'Infinity':
        return '1e999';
      case '-Infinity':
        return '-1e999';
      default:
        return match;
    }
  });
}
