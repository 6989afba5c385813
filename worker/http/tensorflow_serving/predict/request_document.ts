import { DEFAULT_SIGNATURE } from '../../../model/default_signature.ts';
import { OPEN_OBJECT, QUOTE } from '../../json/ascii.ts';
import { excerpt } from '../../json/json_excerpt.ts';
import {
  type FoundMembers,
  scanJson,
  type ValueOffset,
  type WantedMembers,
} from '../../json/scan/json_scan.ts';
import { stringText } from '../../json/scan/json_string.ts';

/** The body of a request as a JSON object, with the members that its API reads. */
export interface RequestDocument {
  readonly bytes: Uint8Array;
  readonly root: ValueOffset;
  readonly signatureName: string;
  readonly members: FoundMembers;
}

export type DocumentOutcome =
  | { readonly kind: 'document'; readonly document: RequestDocument }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Checks that a body is a JSON object whose `signature_name` is a string, with TensorFlow Serving's errors
 * (json_tensor.cc). As there, text after the object is ignored, and of duplicate keys the first counts.
 *
 * @param wanted must contain `signature_name`
 */
export function parseDocument(bytes: Uint8Array, wanted: WantedMembers): DocumentOutcome {
  if (bytes.length === 0) return invalid('JSON Parse error: The document is empty');
  const scan = scanJson(bytes, wanted);
  if (scan.kind === 'malformed') {
    return invalid(`JSON Parse error: ${scan.reason} at offset: ${scan.offset}`);
  }
  const { root, members } = scan;
  if (bytes[root] !== OPEN_OBJECT) return invalid(`JSON Value: ${excerpt(bytes, root)} Is not object`);
  const name = members.get('signature_name');
  if (name !== undefined && bytes[name] !== QUOTE) {
    const rule = "not formatted correctly. 'signature_name' key must be a string value.";
    return invalid(`JSON Value: ${excerpt(bytes, root)} ${rule}`);
  }
  const signatureName = (name !== undefined && stringText(bytes, name)) || DEFAULT_SIGNATURE;
  return { kind: 'document', document: { bytes, root, signatureName, members } };
}

/** Formats an error of the whole request with an excerpt of it. */
export function formatFault({ bytes, root }: RequestDocument, rule: string): string {
  return `JSON Value: ${excerpt(bytes, root)} ${rule}`;
}

function invalid(message: string): DocumentOutcome {
  return { kind: 'invalid', message };
}
