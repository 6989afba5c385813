import { elementCount } from '../../../../model/tensor.ts';
import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { emptyProduct } from './empty_products.ts';

/** Products of int32 matrices, which wrap at 32 bits, and products whose sums have no terms. */
export const matrixProduct: PlainKernel = (backend, call, outputs) => {
  const [output] = outputs;
  if (output?.dtype !== 'int32') return emptyProduct(backend, call, outputs);
  const a = call.tensor('a');
  const b = call.tensor('b');
  const [rows = 0, columns = 0] = output.shape.slice(-2);
  const outer = output.shape.slice(0, -2);
  const inner = (call.flag('transposeA') ? a.shape.at(-2) : a.shape.at(-1)) ?? 0;
  const [aRow, aStep] = call.flag('transposeA') ? [1, rows] : [inner, 1];
  const [bColumn, bStep] = call.flag('transposeB') ? [inner, 1] : [1, columns];
  const aMatrix = broadcastOffset(a.shape.slice(0, -2), outer);
  const bMatrix = broadcastOffset(b.shape.slice(0, -2), outer);
  const result = makeOutput(backend, output);
  const left = valuesOf(backend, a);
  const right = valuesOf(backend, b);
  const sums = valuesOf(backend, result);
  for (let matrix = 0, place = 0; matrix < elementCount(outer); matrix++) {
    const aStart = aMatrix(matrix) * rows * inner;
    const bStart = bMatrix(matrix) * inner * columns;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let each = 0; each < inner; each++) {
          const factor = left[aStart + row * aRow + each * aStep] ?? 0;
          sum = (sum + Math.imul(factor, right[bStart + column * bColumn + each * bStep] ?? 0)) | 0;
        }
        sums[place++] = sum;
      }
    }
  }
  return result;
};
