import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Sets the elements outside of a band around the diagonal of each matrix to zero. */
export const bandPart: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const lower = call.integer('numLower');
  const upper = call.integer('numUpper');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const kept = valuesOf(backend, result);
  for (let index = 0; index < kept.length; index++) {
    const column = index % columns;
    const row = Math.floor(index / columns) % rows;
    const isKept = (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper);
    kept[index] = isKept ? (values[index] ?? 0) : 0;
  }
  return result;
};
