import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { Zeros } from '@tensorflow/tfjs-layers/dist/initializers.js';
import { elementCount } from '../../model/tensor.ts';
import { deferMemory } from '../kernels/packing/deferred_memory.ts';

/**
 * Calls `make`, and lets the layers that it creates have variables of zeros that take no memory until they are read.
 */
export function withLazyZeros<Result>(backend: BackendWasm, make: () => Result): Result {
  const { apply } = Zeros.prototype;
  Zeros.prototype.apply = function (shape, dtype) {
    return dtype === undefined || dtype === 'float32'
      ? lazyZeros(backend, shape.map(Number))
      : apply.call(this, shape, dtype);
  };
  try {
    return make();
  } finally {
    Zeros.prototype.apply = apply;
  }
}

function lazyZeros(backend: BackendWasm, shape: number[]): Tensor {
  const information = backend.makeOutput(shape, 'float32', 0);
  const bytes = 4 * elementCount(shape);
  deferMemory(backend, backend.dataIdMap.get(information.dataId), () => {
    const address = backend.wasm._malloc(bytes) >>> 0;
    if (address === 0) throw new Error(`there is no memory for ${bytes} bytes`);
    backend.wasm.HEAPU8.fill(0, address, address + bytes);
    return address;
  });
  return engine().makeTensorFromTensorInfo(information);
}
