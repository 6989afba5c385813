import { DEFAULT_SIGNATURE } from '../../registry/signature.ts';
import { jsonExtent } from './json_fault.ts';
import { excerpt, isJsonObject, type JsonObject } from './json_value.ts';

/** A predict request as JSON holds it, before it is held against a signature. */
export interface PredictRequest {
  readonly signatureName: string;
  readonly tensors: RequestTensors;
  /** No more values than this can be in it; lists that seem to hold more are ragged. */
  readonly elementLimit: number;
}

export type RequestTensors =
  | { readonly kind: 'row'; readonly instances: readonly unknown[] }
  | { readonly kind: 'columnar'; readonly inputs: unknown }
  /** Reported only after model and signature were found, as TensorFlow Serving orders its errors. */
  | { readonly kind: 'missing'; readonly message: string };

export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly request: PredictRequest }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Parses the text of a predict request, with TensorFlow Serving's errors (json_tensor.cc).
 * As in TensorFlow Serving, text that follows the top-level object is ignored.
 *
 * JSON.parse keeps less than TensorFlow Serving reads: 1.0 and 1 are the same, integers beyond 2^53 are
 * rounded, and NaN and Infinity are no values.
 */
export function parsePredictRequest(text: string): ParseOutcome {
  if (text === '') return invalid('JSON Parse error: The document is empty');
  const document = parseJson(text);
  if (document.kind === 'invalid') return document;
  const root = document.value;
  if (!isJsonObject(root)) return invalid(`JSON Value: ${excerpt(root)} Is not object`);

  const signatureName = member(root, 'signature_name');
  if (signatureName !== undefined && typeof signatureName !== 'string') {
    const rule = "not formatted correctly. 'signature_name' key must be a string value.";
    return invalid(`JSON Value: ${excerpt(root)} ${rule}`);
  }
  return {
    kind: 'parsed',
    request: {
      signatureName: signatureName || DEFAULT_SIGNATURE,
      tensors: requestTensors(root),
      // A value has a character at least, and a comma stands between two.
      elementLimit: Math.ceil(text.length / 2),
    },
  };
}

type JsonOutcome =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

function parseJson(text: string): JsonOutcome {
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    const extent = jsonExtent(text);
    if (extent.kind === 'whole') return { kind: 'json', value: JSON.parse(text.slice(0, extent.end)) };
    // Offsets are in bytes, as the client sent them.
    const offset = new TextEncoder().encode(text.slice(0, extent.offset)).length;
    return invalid(`JSON Parse error: ${extent.reason} at offset: ${offset}`);
  }
}

function requestTensors(root: JsonObject): RequestTensors {
  const instances = member(root, 'instances');
  const inputs = member(root, 'inputs');
  if (instances !== undefined) {
    if (inputs !== undefined) {
      return missing(
        root,
        "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
      );
    }
    if (!Array.isArray(instances)) return missing(root, "Expecting 'instances' to be an list/array");
    if (instances.length === 0) return missing(root, "No values in 'instances' array");
    return { kind: 'row', instances };
  }
  if (inputs !== undefined) return { kind: 'columnar', inputs };
  return { kind: 'missing', message: "Missing 'inputs' or 'instances' key" };
}

/** A member of the object's own; JSON has no undefined values. */
function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function missing(root: JsonObject, rule: string): RequestTensors {
  return { kind: 'missing', message: `JSON Value: ${excerpt(root)} ${rule}` };
}

function invalid(message: string): { readonly kind: 'invalid'; readonly message: string } {
  return { kind: 'invalid', message };
}
