import { asciiText, MINUS } from '../../json/ascii.ts';
import { decodeBase64 } from '../../json/base64.ts';
import { jsonTypeName } from '../../json/json_excerpt.ts';
import { scalarTokenEnd } from '../../json/numbers/json_number.ts';
import type { JsonCursor } from '../../json/scan/json_cursor.ts';
import { base64Text } from '../../json/tensors/tensor_cells.ts';

/** The kinds of lists in a feature of a tf.Example. */
export type FeatureKind = 'int64' | 'float' | 'bytes';

export type FeatureOutcome =
  /** `kind` is undefined for an empty list. */
  { readonly kind: FeatureKind | undefined; readonly count: number } | { readonly fault: string };

/**
 * Reads the feature at the cursor, one value or a flat list of values of one kind, with json_tensor.cc's types: numbers
 * with a point or an exponent and non-finite numbers are floats, other numbers and booleans are integers, strings and
 * base64 objects are bytes. Other than there, a list with floats may also have integers, which then are floats:
 * JavaScript writes 5.0 as 5. Leaves the cursor behind the feature if it is valid.
 *
 * @param visit is called with the cursor at each value and its own kind; a sentence that it returns is the error
 */
export function readFeature(
  cursor: JsonCursor,
  name: string,
  visit: (cursor: JsonCursor, kind: FeatureKind) => string | undefined = () => undefined,
): FeatureOutcome {
  let kind: FeatureKind | undefined;
  let count = 0;
  let hasBooleans = false;
  const isList = cursor.kind() === 'list';
  if (isList && !cursor.enter()) return { kind, count };
  do {
    const { at } = cursor;
    const element = elementKind(cursor);
    if (typeof element !== 'string') return { fault: element.fault(name) };
    hasBooleans ||= isBoolean(cursor);
    kind ??= element;
    if (kind !== element) {
      const areNumbers = kind !== 'bytes' && element !== 'bytes' && !hasBooleans;
      if (!areNumbers) {
        return { fault: `Unexpected element type in feature: ${name} expecting type: ${kind}` };
      }
      kind = 'float';
    }
    const fault = visit(cursor, element);
    if (fault !== undefined) return { fault };
    cursor.at = at;
    cursor.skip();
    count += 1;
  } while (isList && cursor.next());
  return { kind, count };
}

/** True if the value at the cursor is true or false. */
export function isBoolean(cursor: JsonCursor): boolean {
  const literal = cursor.kind();
  return literal === 'true' || literal === 'false';
}

interface ElementFault {
  fault(name: string): string;
}

function elementKind(cursor: JsonCursor): FeatureKind | ElementFault {
  const { bytes, at } = cursor;
  const kind = cursor.kind();
  switch (kind) {
    case 'string':
      return 'bytes';
    case 'true':
    case 'false':
      return 'int64';
    case 'number':
      return numberKind(bytes, at);
    case 'object': {
      const text = base64Text(bytes, at);
      if (text !== undefined) {
        return decodeBase64(text) === undefined ? { fault: () => 'Unable to base64 decode' } : 'bytes';
      }
    }
  }
  return { fault: (name) => `Feature: ${name} has element with unexpected JSON type: ${jsonTypeName(kind)}` };
}

/** Integers with fewer characters fit into int64. */
const SHORTEST_DOUBT = 19;
/** Integers with more characters exceed 64 bits. A scanned number has no leading zeros. */
const LONGEST_DOUBT = 20;
const LARGEST_INT64 = 2n ** 63n - 1n;
const LARGEST_UINT64 = 2n ** 64n - 1n;

/** RapidJSON reads integers that exceed 64 bits as doubles. */
function numberKind(bytes: Uint8Array, start: number): FeatureKind | ElementFault {
  const end = scalarTokenEnd(bytes, start);
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== MINUS && (byte < 0x30 || byte > 0x39)) return 'float';
  }
  if (end - start < SHORTEST_DOUBT) return 'int64';
  if (end - start > LONGEST_DOUBT) return 'float';
  const value = BigInt(asciiText(bytes, start, end));
  if (value < -LARGEST_INT64 - 1n || value > LARGEST_UINT64) return 'float';
  if (value <= LARGEST_INT64) return 'int64';
  return { fault: (name) => `Feature: ${name} has uint64_t element. Only int64_t is supported.` };
}
