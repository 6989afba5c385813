import type { Signature } from '../../../model/signature.ts';
import { elementCount } from '../../../model/tensor.ts';
import { DATATYPE_OF_DTYPE, ELEMENT_BYTES } from '../datatype.ts';
import { type Invalid, invalid } from '../outcome.ts';
import type { InputTensor } from './parse_request.ts';

/**
 * Makes the single input of a raw binary request, whose body is the tensor's data. The datatype is the model's, and the
 * shape follows from the number of bytes, so that at most one dimension may be unknown.
 */
export function deduceInput(bytes: Uint8Array, signature: Signature, model: string): InputTensor | Invalid {
  const [only, ...others] = Object.entries(signature.inputs);
  if (only === undefined || others.length > 0) {
    const count = only === undefined ? 0 : others.length + 1;
    return invalid(
      `Raw request must only have 1 input (found 1) to be deduced but got ${count} inputs in '${model}' model`,
    );
  }
  const [name, { dtype, shape }] = only;
  const datatype = DATATYPE_OF_DTYPE[dtype];
  if (dtype === 'string') {
    if (!takesOneElement(shape)) {
      return invalid(`For BYTE datatype raw input '${name}', the model must have input shape [1]`);
    }
    const source = { kind: 'binary', bytes: withLength(bytes) } as const;
    return { name, shape: shape.map(() => 1), count: 1, datatype, source };
  }
  if (shape === null || shape.filter((size) => size === -1).length > 1) {
    return invalid(
      `The shape of the raw input '${name}' can not be deduced because there are more than one variable-sized dimension`,
    );
  }
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const size = ELEMENT_BYTES[datatype] ?? 1;
  const variable = known === 0 ? 0 : Math.floor(bytes.length / (known * size));
  const deduced = shape.map((dimension) => (dimension === -1 ? variable : dimension));
  const count = elementCount(deduced);
  return { name, shape: deduced, count, datatype, source: { kind: 'binary', bytes } };
}

/** True for the shape [1], with or without a batch dimension, which is then 1. */
function takesOneElement(shape: readonly number[] | null): shape is readonly number[] {
  if (shape === null) return false;
  return shape.length === 1 ? shape[0] === 1 : shape.length === 2 && shape[0] === -1 && shape[1] === 1;
}

/** Returns the bytes as the only element of a BYTES tensor. */
function withLength(bytes: Uint8Array): Uint8Array {
  const element = new Uint8Array(4 + bytes.length);
  new DataView(element.buffer).setUint32(0, bytes.length, true);
  element.set(bytes, 4);
  return element;
}
