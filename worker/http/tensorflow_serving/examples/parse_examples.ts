import { OPEN_LIST } from '../../json/ascii.ts';
import { jsonTypeName, shortened } from '../../json/json_excerpt.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { type ValueOffset, WantedMembers } from '../../json/scan/json_scan.ts';
import { stringText } from '../../json/scan/json_string.ts';
import { isEmptyList } from '../../json/tensors/tensor_list.ts';
import { formatFault, parseDocument } from '../predict/request_document.ts';
import { readFeature } from './feature.ts';

/** A classify or regress request whose examples are known to be well typed. */
export interface ExampleRequest {
  readonly bytes: Uint8Array;
  readonly signatureName: string;
  readonly examples: ValueOffset;
  /** Features of every example that does not have them itself. */
  readonly context: ValueOffset | undefined;
}

export type ExampleOutcome =
  | { readonly kind: 'parsed'; readonly request: ExampleRequest }
  | { readonly kind: 'invalid'; readonly message: string };

const MEMBERS = new WantedMembers(['signature_name', 'context', 'examples']);

/**
 * Parses the body of a classify or regress request, with TensorFlow Serving's errors (json_tensor.cc). There
 * every example is typed before the model is looked up.
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
  // TensorFlow Serving says classify here, also to a request to regress.
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

/** Why the value at the cursor is no example; the cursor goes behind one. */
function exampleFault(cursor: JsonCursor): string | undefined {
  const kind = cursor.kind();
  if (kind !== 'object') return `Example must be JSON object but got JSON ${jsonTypeName(kind)}`;
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    const name = cursor.at;
    cursor.toMemberValue();
    const feature = readFeature(cursor, '');
    if (!('fault' in feature)) continue;
    // Again with the name, which is not needed where there is no fault.
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
