import { type Diagonals, diagonalsToPlace, ownDiagonals } from '../../gate/rules/matrices/diagonals.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Where in a tensor of diagonals the element of a matrix stands; undefined for one that is on none of them. */
function placeOnDiagonal(diagonals: Diagonals, index: number): number | undefined {
  const { rows, columns, lower, upper, longest } = diagonals;
  const column = index % columns;
  const row = Math.floor(index / columns) % rows;
  const matrix = Math.floor(index / (rows * columns));
  const diagonal = column - row;
  if (diagonal < lower || diagonal > upper) return undefined;
  const along = Math.min(row, column) + diagonals.startOf(diagonal);
  return (matrix * (upper - lower + 1) + upper - diagonal) * longest + along;
}

export const matrixOfDiagonals: PlainKernel = (backend, call, [output]) => {
  const diagonals = diagonalsToPlace(call);
  const padding = call.number('padding');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('diagonal'));
  const elements = valuesOf(backend, result);
  for (let index = 0; index < elements.length; index++) {
    const place = placeOnDiagonal(diagonals, index);
    elements[index] = place === undefined ? padding : (values[place] ?? padding);
  }
  return result;
};

export const replacedDiagonals: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const diagonals = ownDiagonals(call, x);
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('diagonal'));
  const before = valuesOf(backend, x);
  const elements = valuesOf(backend, result);
  for (let index = 0; index < elements.length; index++) {
    const place = placeOnDiagonal(diagonals, index);
    elements[index] = (place === undefined ? before[index] : values[place]) ?? 0;
  }
  return result;
};

export const diagonalsOfMatrix: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const { rows, columns, lower, upper, longest, startOf, lengthOf } = ownDiagonals(call, x);
  const padding = call.number('padding');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const elements = valuesOf(backend, result);
  const count = upper - lower + 1;
  for (let index = 0; index < elements.length; index++) {
    const diagonal = upper - (Math.floor(index / longest) % count);
    const matrix = Math.floor(index / (longest * count));
    const along = (index % longest) - startOf(diagonal);
    const isThere = along >= 0 && along < lengthOf(diagonal);
    const [row, column] = [along + Math.max(-diagonal, 0), along + Math.max(diagonal, 0)];
    elements[index] = isThere ? (values[(matrix * rows + row) * columns + column] ?? 0) : padding;
  }
  return result;
};
