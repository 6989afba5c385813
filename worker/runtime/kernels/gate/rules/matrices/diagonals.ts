import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { givesEvenOfEmpty, type Rule } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

/** Diagonals of a matrix, 0 being the main one and those above it positive, and how they lie in their rows. */
export interface Diagonals {
  readonly rows: number;
  readonly columns: number;
  readonly lower: number;
  readonly upper: number;
  /** The length of the longest, which all have in a tensor of diagonals. */
  readonly longest: number;
  /** Where the elements of a diagonal begin in its row. */
  startOf(diagonal: number): number;
  lengthOf(diagonal: number): number;
}

const ALIGNMENT = /^(LEFT|RIGHT)_(LEFT|RIGHT)$/;

function diagonalsOf(call: KernelCall, rows: number, columns: number): Diagonals {
  const lower = call.integer('lower');
  const upper = call.integer('upper');
  const alignment = ALIGNMENT.exec(call.text('align') ?? '');
  if (alignment === null) return call.refuse(`the alignment ${String(call.text('align'))} is not known`);
  if (lower > upper) call.refuse(`the diagonals [${lower}, ${upper}] are upside down`);
  const [, above, below] = alignment;
  const longest = Math.max(0, Math.min(rows + Math.min(upper, 0), columns - Math.max(lower, 0)));
  const lengthOf = (diagonal: number): number =>
    Math.max(0, Math.min(rows + Math.min(diagonal, 0), columns - Math.max(diagonal, 0)));
  const isLeft = (diagonal: number): boolean =>
    (diagonal >= 0 && above === 'LEFT') || (diagonal <= 0 && below === 'LEFT');
  return {
    rows,
    columns,
    lower,
    upper,
    longest,
    lengthOf,
    startOf: (diagonal) => (isLeft(diagonal) ? 0 : longest - lengthOf(diagonal)),
  };
}

/** The diagonals that a matrix has. */
export function ownDiagonals(call: KernelCall, { shape }: TensorInfo): Diagonals {
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (shape.length < 2) call.refuse(`a tensor of shape [${shape}] is no matrix`);
  const diagonals = diagonalsOf(call, rows, columns);
  for (const diagonal of [diagonals.lower, diagonals.upper])
    if (diagonal !== 0 && (diagonal <= -rows || diagonal >= columns))
      call.refuse(`there is no diagonal ${diagonal} in a matrix of ${rows} by ${columns}`);
  return diagonals;
}

/** The diagonals of the matrix that is to be made of them. */
export function diagonalsToPlace(call: KernelCall): Diagonals {
  const { shape } = call.tensor('diagonal');
  const [lower, upper] = [call.integer('lower'), call.integer('upper')];
  const longest = shape.at(-1);
  if (longest === undefined || (lower !== upper && shape.at(-2) !== upper - lower + 1))
    return call.refuse(`a tensor of shape [${shape}] is not made of the diagonals ${lower} to ${upper}`);
  const leastRows = longest - Math.min(upper, 0);
  const leastColumns = longest + Math.max(lower, 0);
  const [givenRows, givenColumns] = [call.integer('rows'), call.integer('columns')];
  const square = Math.max(leastRows, leastColumns);
  const isOpen = givenRows === -1 && givenColumns === -1;
  const rows = isOpen ? square : givenRows === -1 ? leastRows : givenRows;
  const columns = isOpen ? square : givenColumns === -1 ? leastColumns : givenColumns;
  if (rows < leastRows || columns < leastColumns || (rows !== leastRows && columns !== leastColumns))
    call.refuse(`diagonals of ${longest} elements do not fit a matrix of ${rows} by ${columns}`);
  return diagonalsOf(call, rows, columns);
}

const outerShape = ({ lower, upper }: Diagonals, shape: readonly number[]): readonly number[] =>
  shape.slice(0, lower === upper ? -1 : -2);

function expectPadding(call: KernelCall, { dtype }: TensorInfo): void {
  const padding = call.number('padding');
  if (dtype === 'bool' && padding !== 0 && padding !== 1) call.refuse(`${padding} is neither true nor false`);
}

export const matrixOfDiagonals: Rule = (call) => {
  const diagonal = call.tensor('diagonal');
  call.expectDtype(diagonal, 'diagonal', 'float32', 'int32', 'bool');
  expectPadding(call, diagonal);
  const diagonals = diagonalsToPlace(call);
  return givesEvenOfEmpty(
    [...outerShape(diagonals, diagonal.shape), diagonals.rows, diagonals.columns],
    diagonal.dtype,
  );
};

function partShape({ lower, upper, longest }: Diagonals, outer: readonly number[]): readonly number[] {
  return lower === upper ? [...outer, longest] : [...outer, upper - lower + 1, longest];
}

export const diagonalsOfMatrix: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  expectPadding(call, x);
  return givesEvenOfEmpty(partShape(ownDiagonals(call, x), x.shape.slice(0, -2)), x.dtype);
};

export const replacedDiagonals: Rule = (call) => {
  const x = call.tensor('x');
  const diagonal = call.tensor('diagonal');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  if (diagonal.dtype !== x.dtype) call.refuse(`x is ${x.dtype} and its diagonal ${diagonal.dtype}`);
  const wanted = partShape(ownDiagonals(call, x), x.shape.slice(0, -2));
  if (!isSameShape(diagonal.shape, wanted))
    call.refuse(`a diagonal of shape [${diagonal.shape}] is not of the shape [${wanted}]`);
  return givesEvenOfEmpty(x.shape, x.dtype);
};
