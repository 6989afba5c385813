import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { TensorValue } from '../../model/tensor.ts';
import { ExecutionError } from '../loaded_model.ts';

/** Copies a value into the runtime. */
export function toTensor({ values, shape, dtype }: TensorValue): Tensor {
  return dtype === 'string' ? tensor([...values], [...shape], dtype) : tensor(values, [...shape], dtype);
}

/** Copies a tensor out of the runtime. It is synchronous, since this backend computes synchronously. */
export function toTensorValue(result: Tensor): TensorValue {
  const { shape, dtype } = result;
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: result.dataSync<'float32'>() };
    case 'int32':
      return { dtype, shape, values: result.dataSync<'int32'>() };
    case 'bool':
      return { dtype, shape, values: result.dataSync<'bool'>() };
    case 'string': {
      // dataSync would decode the bytes as UTF-8, but they may be any bytes.
      const values = engine().readSync(result.dataId);
      if (!Array.isArray(values)) throw new Error('a string tensor holds no list of strings');
      return { dtype, shape, values };
    }
    default:
      throw new ExecutionError(`an output is of dtype ${dtype}, which cannot be returned`);
  }
}
