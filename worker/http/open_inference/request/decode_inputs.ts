import type { DataType } from '../../../model/dtype.ts';
import type { Signature, TensorInfo } from '../../../model/signature.ts';
import { fitsShape, MAX_RANK, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import { DATATYPE_OF_DTYPE, isConvertible } from '../datatype.ts';
import { type Invalid, invalid } from '../outcome.ts';
import { tensorOfBytes } from './binary_data.ts';
import { tensorOfData } from './json_data.ts';
import type { InputTensor } from './parse_request.ts';

export type DecodeOutcome = { readonly kind: 'decoded'; readonly inputs: NamedTensors } | Invalid;

/** Makes the tensors of a request and checks them against a signature: each of its inputs once, in dtype and shape. */
export function decodeInputs(
  inputs: readonly InputTensor[],
  signature: Signature,
  model: string,
): DecodeOutcome {
  const infos = signature.inputs;
  const decoded = new Map<string, TensorValue>();
  for (const input of inputs) {
    const { name } = input;
    const info = Object.hasOwn(infos, name) ? infos[name] : undefined;
    if (info === undefined) return invalid(`unexpected inference input '${name}' for model '${model}'`);
    if (decoded.has(name)) return invalid(`input '${name}' already exists in request`);
    const fault = mismatch(input, info, model);
    if (fault !== undefined) return invalid(fault);
    const tensor = tensorOf(input, info.dtype);
    if (typeof tensor === 'string') return invalid(`input '${name}': ${tensor}`);
    decoded.set(name, tensor);
  }
  const missing = Object.keys(infos).filter((name) => !decoded.has(name));
  if (missing.length === 0) return { kind: 'decoded', inputs: decoded };
  const expected = Object.keys(infos).length;
  const names = missing.map((name) => `'${name}'`).join(', ');
  return invalid(
    `expected ${expected} inputs but got ${decoded.size} inputs for model '${model}': ${names} missing`,
  );
}

function tensorOf(input: InputTensor, dtype: DataType): TensorValue | string {
  const { source } = input;
  switch (source.kind) {
    case 'json':
      return tensorOfData(source.data, input, source.base64, dtype);
    case 'binary':
      return tensorOfBytes(source.bytes, input, dtype);
  }
}

function mismatch(
  { name, datatype, shape }: InputTensor,
  info: TensorInfo,
  model: string,
): string | undefined {
  if (!isConvertible(datatype, info.dtype)) {
    const expected = `model '${model}' expects '${DATATYPE_OF_DTYPE[info.dtype]}'`;
    return `inference input '${name}' data-type is '${datatype}', but ${expected}`;
  }
  if (!fits(shape, info.shape)) {
    const shapes = `Expected [${info.shape}], got [${shape}]`;
    return `unexpected shape for input '${name}' for model '${model}'. ${shapes}`;
  }
  return undefined;
}

function fits(shape: readonly number[], expected: TensorInfo['shape']): boolean {
  return expected === null ? shape.length <= MAX_RANK : fitsShape(shape, expected);
}
