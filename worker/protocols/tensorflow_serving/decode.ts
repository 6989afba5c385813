import type { Signature, TensorInfo } from '../../registry/signature.ts';
import type { NamedTensors, TensorValue } from '../../runtime/tensor.ts';
import { JsonCursor } from '../codec/json_cursor.ts';
import { shapeText } from '../codec/list_fault.ts';
import { decodeColumnar } from './decode_columnar.ts';
import { type DecodeOutcome, invalid } from './decode_outcome.ts';
import { decodeRow } from './decode_row.ts';
import type { PredictRequest } from './parse.ts';

/**
 * Makes a request's tensors, held against a signature: first as TensorFlow Serving checks them (dtypes and
 * regular lists), then by the shapes that the signature names.
 */
export function decodeInputs(request: PredictRequest, signature: Signature): DecodeOutcome {
  if (Object.keys(signature.inputs).length === 0) {
    return invalid(`Failed to get input map for signature: ${request.signatureName}`);
  }
  const { bytes, tensors } = request;
  if (tensors.kind === 'missing') return invalid(tensors.message);
  const decoded =
    readOnTheWay(request, signature) ??
    (tensors.kind === 'row'
      ? decodeRow(new JsonCursor(bytes, tensors.instances), signature.inputs)
      : decodeColumnar(new JsonCursor(bytes, tensors.inputs), signature.inputs));
  if (decoded.kind === 'invalid') return decoded;
  return shapeFault(decoded.inputs, signature) ?? decoded;
}

/** The tensor that was read while the body was scanned, where it is what the signature takes. */
function readOnTheWay({ floats }: PredictRequest, { inputs }: Signature): DecodeOutcome | undefined {
  const [only, ...others] = Object.entries(inputs);
  if (floats === undefined || only === undefined || others.length > 0) return undefined;
  const [name, { dtype }] = only;
  return dtype === 'float32' ? { kind: 'decoded', inputs: new Map([[name, floats]]) } : undefined;
}

/** Says which input has another shape than the signature names; undefined where none has. */
export function shapeFault(tensors: NamedTensors, signature: Signature): DecodeOutcome | undefined {
  for (const [name, info] of Object.entries(signature.inputs)) {
    const tensor = tensors.get(name);
    if (tensor !== undefined && !fits(tensor, info)) {
      const shapes = `Expecting shape ${shapeText(info.shape)} but got: ${shapeText(tensor.shape)}`;
      return invalid(`input ${name}: ${shapes}`);
    }
  }
  return undefined;
}

function fits(tensor: TensorValue, info: TensorInfo): boolean {
  if (info.shape === null || info.anyShape) return true;
  return (
    info.shape.length === tensor.shape.length &&
    info.shape.every((size, axis) => size === -1 || size === tensor.shape[axis])
  );
}
