import type { TensorValue } from '../../../model/tensor.ts';
import { OPEN_LIST } from '../../json/ascii.ts';
import { type ValueOffset, WantedMembers } from '../../json/scan/json_scan.ts';
import { isEmptyList } from '../../json/tensors/tensor_list.ts';
import { formatFault, parseDocument, type RequestDocument } from './request_document.ts';

/** A predict request that is valid JSON, before it is checked against a signature. */
export interface PredictRequest {
  readonly bytes: Uint8Array;
  readonly signatureName: string;
  readonly tensors: RequestTensors;
  /** The tensor of a list of numbers that was read during the scan as float32, which most models require. */
  floats: TensorValue | undefined;
}

type RequestTensors =
  | { readonly kind: 'row'; readonly instances: ValueOffset }
  | { readonly kind: 'columnar'; readonly inputs: ValueOffset }
  /** Reported only after model and signature were found, in TensorFlow Serving's order of errors. */
  | { readonly kind: 'missing'; readonly message: string };

export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly request: PredictRequest }
  | { readonly kind: 'invalid'; readonly message: string };

/** A larger body is scanned first: otherwise the floats and the tensor of another dtype could both be in memory. */
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;

const NAMES = ['signature_name', 'instances', 'inputs'];
const SCANNED = new WantedMembers(NAMES);
const READ_AT_ONCE = new WantedMembers(NAMES, ['instances', 'inputs']);

/** Parses the body of a predict request, with TensorFlow Serving's errors (json_tensor.cc). */
export function parsePredictRequest(bytes: Uint8Array): ParseOutcome {
  const outcome = parseDocument(bytes, bytes.length > MOST_BYTES_AT_ONCE ? SCANNED : READ_AT_ONCE);
  if (outcome.kind === 'invalid') return outcome;
  const { document } = outcome;
  const { signatureName } = document;
  const request = {
    bytes,
    signatureName,
    tensors: requestTensors(document),
    floats: document.members.floats,
  };
  return { kind: 'parsed', request };
}

function requestTensors(document: RequestDocument): RequestTensors {
  const { bytes, members } = document;
  const instances = members.get('instances');
  const inputs = members.get('inputs');
  if (instances !== undefined) {
    if (inputs !== undefined) {
      return missing(
        document,
        "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ",
      );
    }
    if (bytes[instances] !== OPEN_LIST) return missing(document, "Expecting 'instances' to be an list/array");
    if (isEmptyList(bytes, instances)) return missing(document, "No values in 'instances' array");
    return { kind: 'row', instances };
  }
  if (inputs !== undefined) return { kind: 'columnar', inputs };
  return { kind: 'missing', message: "Missing 'inputs' or 'instances' key" };
}

function missing(document: RequestDocument, rule: string): RequestTensors {
  return { kind: 'missing', message: formatFault(document, rule) };
}
