import { OPEN_LIST } from '../../json/ascii.ts';
import { jsonTypeName, shortened } from '../../json/json_excerpt.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { type ValueOffset, WantedMembers } from '../../json/scan/json_scan.ts';
import { stringText } from '../../json/scan/json_string.ts';
import { isEmptyList } from '../../json/tensors/tensor_list.ts';
import { formatFault, parseDocument } from '../predict/request_document.ts';
import { readFeature } from './feature.ts';

/** A classify or regress request whose examples have valid types. */
export interface ExampleRequest {
  readonly bytes: Uint8Array;
  readonly signatureName: string;
  readonly examples: ValueOffset;
  /** Features for every example that lacks them. */
  readonly context: ValueOffset | undefined;
}

export type ExampleOutcome =
  | { readonly kind: 'parsed'; readonly request: ExampleRequest }
  | { readonly kind: 'invalid'; readonly message: string };

const MEMBERS = new WantedMembers(['signature_name', 'context', 'examples']);

/**
 * Parses the body of a classify or regress request, with TensorFlow Serving's errors (json_tensor.cc). TensorFlow
 * Serving checks the types of every example before it looks up the model.
 */
export function parseExampleRequest(bytes: Uint8Array): ExampleOutcome {
  const outcome = parseDocument(bytes, MEMBERS);
  if (outcome.kind === 'invalid') return outcome;
  const { document } = outcome;
  const { members, signatureName } = document;
  const context = members.get('context');
  const contextFault = context === undefined ? undefined : exampleFault(new JsonCursor(bytes, context));
  if (contextFault !== undefined) return invalid(contextFault);

  const examples = members.get('examples');
  // TensorFlow Serving names classify in this error, also for a regress request.
  if (examples === undefined) {
    return invalid(
      formatFault(document, "When method is classify, key 'examples' is expected and was not found"),
    );
  }
  if (bytes[examples] !== OPEN_LIST) {
    return invalid(formatFault(document, "Expecting 'examples' value to be an list/array"));
  }
  if (isEmptyList(bytes, examples))
    return invalid(formatFault(document, "'examples' value is an empty array"));
  const cursor = new JsonCursor(bytes, examples);
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const fault = exampleFault(cursor);
    if (fault !== undefined) return invalid(fault);
  }
  return { kind: 'parsed', request: { bytes, signatureName, examples, context } };
}

/** Returns why the value at the cursor is not an example. The cursor moves behind a valid example. */
function exampleFault(cursor: JsonCursor): string | undefined {
  const kind = cursor.kind();
  if (kind !== 'object') return `Example must be JSON object but got JSON ${jsonTypeName(kind)}`;
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const name = cursor.at;
    cursor.toMemberValue();
    const feature = readFeature(cursor, '');
    if (!('fault' in feature)) continue;
    // Reads it again with the name, which a valid feature does not need.
    cursor.at = name;
    cursor.toMemberValue();
    const named = readFeature(cursor, shortened(stringText(cursor.bytes, name)));
    return 'fault' in named ? named.fault : undefined;
  }
  return undefined;
}

function invalid(message: string): ExampleOutcome {
  return { kind: 'invalid', message };
}
