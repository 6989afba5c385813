import * as v from 'valibot';
import { MOST_STRINGS } from '../../json/tensors/tensor_cells.ts';
import { type Datatype, ELEMENT_BYTES } from '../datatype.ts';
import { type Invalid, invalid } from '../outcome.ts';
import { type InferenceRequest, InferenceRequestSchema, type RequestInput } from '../schema.ts';
import type { DataText } from './data_text.ts';
import { readDocument } from './document.ts';

/** A request before it is checked against a signature. */
export type ParsedRequest =
  | {
      readonly kind: 'tensors';
      readonly request: InferenceRequest;
      readonly inputs: readonly InputTensor[];
    }
  /** The body is only the data of the single input. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

export interface InputTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The number of elements of the shape, a safe integer. */
  readonly count: number;
  readonly datatype: Datatype;
  readonly source: TensorSource;
}

type TensorSource =
  | { readonly kind: 'json'; readonly data: DataText; readonly base64: boolean }
  /** A view of the body. */
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

/**
 * Splits a request's body into JSON and the binary tensors that the JSON announces.
 *
 * @param headerLength the header Inference-Header-Content-Length: the length of the JSON in bytes; all of the body if
 *   the header is missing. 0 makes it a raw binary request.
 */
export function parseInferenceRequest(
  body: Uint8Array,
  headerLength: string | null,
  model: string,
): ParsedRequest | Invalid {
  const length = lengthOfJson(body, headerLength);
  if (typeof length !== 'number') return length;
  if (headerLength !== null && length === 0) return { kind: 'raw', bytes: body };
  const bytes = body.subarray(0, length);
  const parts: BodyParts = {
    jsonLength: length,
    binary: body.subarray(length),
    hasHeader: headerLength !== null,
  };
  const document = readDocument(bytes);
  if (document.kind === 'document') return parseTensors(document.value, parts, model);
  return document.mayBeBinary && !parts.hasHeader
    ? invalid(`${document.message}; binary data needs the header ${HEADER}: the length of the JSON before it`)
    : document;
}

interface BodyParts {
  readonly jsonLength: number;
  /** The bytes behind the JSON. */
  readonly binary: Uint8Array;
  readonly hasHeader: boolean;
}

function parseTensors(
  value: unknown,
  { jsonLength, binary, hasHeader }: BodyParts,
  model: string,
): ParsedRequest | Invalid {
  const validated = v.safeParse(InferenceRequestSchema, value, { abortEarly: true });
  if (!validated.success) {
    const [issue] = validated.issues;
    const place = v.getDotPath(issue);
    return invalid(place === null ? issue.message : `${place}: ${issue.message}`);
  }
  const request = validated.output;
  const inputs = readInputs(request, binary, hasHeader, model);
  if (!Array.isArray(inputs)) return inputs;
  // No text holds this many values: each takes at least one character, and a comma separates two.
  const claiming = inputs.find(({ source, count }) => source.kind === 'json' && count > jsonLength);
  if (claiming !== undefined) {
    const { name, shape } = claiming;
    return invalid(`input '${name}': shape [${shape}] does not match true shape of 'data' field`);
  }
  const strings = inputs.reduce((sum, { datatype, count }) => (datatype === 'BYTES' ? sum + count : sum), 0);
  if (strings > MOST_STRINGS) return invalid(`A request may have ${MOST_STRINGS} strings at most`);
  return { kind: 'tensors', request, inputs };
}

const HEADER = 'Inference-Header-Content-Length';

function lengthOfJson(body: Uint8Array, header: string | null): number | Invalid {
  if (header === null) return body.length;
  if (!/^[+-]?\d+$/.test(header)) return invalid(`Unable to parse ${HEADER}, got: ${header}`);
  const length = Number(header);
  return length >= 0 && length <= body.length
    ? length
    : invalid(`${HEADER}, value is out of range [ 0, ${body.length} ], got: ${header}`);
}

function readInputs(
  { inputs }: InferenceRequest,
  binary: Uint8Array,
  hasHeader: boolean,
  model: string,
): InputTensor[] | Invalid {
  const tensors: InputTensor[] = [];
  let offset = 0;
  for (const input of inputs) {
    const count = elementCount(input);
    if (typeof count !== 'number') return count;
    const { name, shape, datatype } = input;
    const size = input.parameters?.binary_data_size;
    const source = listSource(input);
    if (source !== undefined) {
      if ('message' in source) return source;
      tensors.push({ name, shape, count, datatype, source });
    } else if (size !== undefined) {
      if (!hasHeader) return invalid(NO_HEADER);
      const missing = offset + size - binary.length;
      if (missing > 0) {
        const expected = `expecting ${missing} additional bytes for model '${model}'`;
        return invalid(`unexpected size for input '${name}', ${expected}`);
      }
      const bytes = binary.subarray(offset, offset + size);
      tensors.push({ name, shape, count, datatype, source: { kind: 'binary', bytes } });
      offset += size;
    }
  }
  return offset === binary.length
    ? tensors
    : invalid(`unexpected additional input data for model '${model}'`);
}

const NO_HEADER = `must specify valid '${HEADER}' in request header and 'binary_data_size' when passing inputs in binary data format`;
const FIELDS = "'data', 'binary_data_size' in 'parameters'";

/** Returns the list of the input, or undefined if its data is binary. */
function listSource({ name, datatype, data, parameters }: RequestInput): TensorSource | Invalid | undefined {
  const isBinary = parameters?.binary_data_size !== undefined;
  if (parameters?.shared_memory_region !== undefined) {
    return invalid(`input '${name}': shared memory is not supported`);
  }
  if (data === undefined) {
    return isBinary
      ? undefined
      : invalid(`input '${name}': Input must set one of the following fields: ${FIELDS}`);
  }
  if (isBinary) {
    return invalid(`input '${name}': Input must set only one of the following fields: ${FIELDS}`);
  }
  if (datatype === 'FP16') {
    return invalid(`input '${name}': sending FP16 data via JSON is not supported; send it as binary data`);
  }
  return { kind: 'json', data, base64: parameters?.content_type === 'base64' };
}

const INT64_MAX = '9223372036854775807';
/**
 * The limit of the product of the non-zero dimensions of a tensor without elements. The length of the request does not
 * limit it, and a model may return these dimensions as a tensor with elements.
 */
const EMPTY_TENSOR_LIMIT = 1_000_000;

/** Returns the number of elements of a shape. Doubles are exact enough to detect a count beyond 2^63. */
function elementCount({ name, shape, datatype }: RequestInput): number | Invalid {
  const at = `invalid shape for input '${name}': shape [${shape}]`;
  const others = shape.reduce((product, size) => (size === 0 ? product : product * size), 1);
  if (shape.includes(0)) {
    return others <= EMPTY_TENSOR_LIMIT ? 0 : invalid(`${at} is too large for a tensor without elements`);
  }
  if (others >= 2 ** 63) {
    return invalid(`${at} causes total element count to exceed maximum size of ${INT64_MAX}`);
  }
  const size = ELEMENT_BYTES[datatype] ?? 1;
  if (!Number.isSafeInteger(others * size)) {
    const bytes = `element count (${others}) * data type size (${size})`;
    return invalid(`byte size overflow for input '${name}': ${bytes} exceeds the maximum allowed size`);
  }
  return others;
}
