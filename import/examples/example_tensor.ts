import { isJsonObject } from '../../worker/model/json_object.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { fitsShape, type NumberTensor } from '../../worker/model/tensor.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { type FlatTensor, misshapen, readTensorJson } from './tensor_json.ts';

/** Reads an input of an example that this process computes: from JSON, or as the samples that images became. */
export function exampleTensor(value: unknown, info: TensorInfo): Imported<FlatTensor | NumberTensor> {
  if (!isSamples(value)) return readTensorJson(value, info);
  const { shape } = info;
  return shape === null || fitsShape(value.shape, shape)
    ? read(value)
    : malformed(misshapen(value.shape, shape));
}

/** JSON has no typed arrays. */
function isSamples(value: unknown): value is NumberTensor {
  return isJsonObject(value) && (value.values instanceof Float32Array || value.values instanceof Int32Array);
}
