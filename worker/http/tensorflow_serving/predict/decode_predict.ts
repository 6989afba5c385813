import type { Signature, TensorInfo } from '../../../model/signature.ts';
import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { JsonCursor } from '../../json/scan/json_cursor.ts';
import { shapeText } from '../../json/tensors/list_fault.ts';
import { decodeColumnar } from './decode_columnar.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { decodeRow } from './decode_row.ts';
import type { PredictRequest } from './parse_predict.ts';

/**
 * Makes the tensors of a request and checks them against a signature: first as TensorFlow Serving does (dtypes and
 * regular lists), then by the shapes of the signature.
 */
export function decodeInputs(request: PredictRequest, signature: Signature): DecodeOutcome {
  const { bytes, tensors, floats } = request;
  const { inputs } = signature;
  const names = Object.keys(inputs);
  const [first] = names;
  if (first === undefined) {
    return invalid(`Failed to get input map for signature: ${request.signatureName}`);
  }
  if (tensors.kind === 'missing') return invalid(tensors.message);
  // The tensor that was read during the scan, if it fits the signature.
  const isRead = floats !== undefined && names.length === 1 && inputs[first]?.dtype === 'float32';
  if (!isRead) dropFloats(request);
  const decoded: DecodeOutcome = isRead
    ? { kind: 'decoded', inputs: new Map([[first, floats]]) }
    : tensors.kind === 'row'
      ? decodeRow(new JsonCursor(bytes, tensors.instances), inputs)
      : decodeColumnar(new JsonCursor(bytes, tensors.inputs), inputs);
  if (decoded.kind === 'invalid') return decoded;
  return shapeFault(decoded.inputs, signature) ?? decoded;
}

/** Frees floats that cannot be used before the same text is read as another dtype. */
function dropFloats(request: PredictRequest): void {
  const { floats } = request;
  if (
    floats?.dtype === 'float32' &&
    floats.values.length > FEW &&
    floats.values.buffer instanceof ArrayBuffer
  ) {
    floats.values.buffer.transfer(0);
    request.floats = undefined;
  }
}

const FEW = 1024;

/** Returns an error for the first input whose shape differs from the signature's, or undefined. */
export function shapeFault(tensors: NamedTensors, { inputs }: Signature): DecodeOutcome | undefined {
  for (const name in inputs) {
    const info = inputs[name];
    const tensor = tensors.get(name);
    if (info !== undefined && tensor !== undefined && !fits(tensor, info)) {
      const shapes = `Expecting shape ${shapeText(info.shape)} but got: ${shapeText(tensor.shape)}`;
      return invalid(`input ${name}: ${shapes}`);
    }
  }
  return undefined;
}

function fits({ shape }: TensorValue, info: TensorInfo): boolean {
  if (info.shape === null) return true;
  // Even a graph that takes any shape does not take a list for a scalar, or a scalar for a list.
  if (info.anyShape) return (info.shape.length === 0) === (shape.length === 0);
  if (info.shape.length !== shape.length) return false;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = info.shape[axis];
    if (size !== -1 && size !== shape[axis]) return false;
  }
  return true;
}
