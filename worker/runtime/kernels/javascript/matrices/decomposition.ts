/** A square matrix in row-major order, in float64. */
export type Square = Float64Array;

/** Rows in the order in which they are eliminated, and the sign of that order. */
export interface Decomposition {
  /** Factors below the diagonal, and what is left of the rows on it and above. */
  readonly factors: Square;
  readonly order: readonly number[];
  readonly sign: 1 | -1;
  readonly isSingular: boolean;
}

/** Gauss's elimination, the largest element of a column first. */
export function decompose(matrix: Square, size: number): Decomposition {
  const factors = Float64Array.from(matrix);
  const order = Array.from({ length: size }, (_, row) => row);
  let sign: 1 | -1 = 1;
  let isSingular = false;
  const at = (row: number, column: number): number => factors[row * size + column] ?? 0;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    if (at(pivot, column) === 0) {
      isSingular = true;
      continue;
    }
    if (pivot !== column) {
      swapRows(factors, size, pivot, column);
      [order[pivot], order[column]] = [order[column] ?? 0, order[pivot] ?? 0];
      sign = sign === 1 ? -1 : 1;
    }
    for (let row = column + 1; row < size; row++) {
      const factor = at(row, column) / at(column, column);
      factors[row * size + column] = factor;
      for (let each = column + 1; each < size; each++)
        factors[row * size + each] = at(row, each) - factor * at(column, each);
    }
  }
  return { factors, order, sign, isSingular };
}

function swapRows(matrix: Square, size: number, one: number, other: number): void {
  for (let column = 0; column < size; column++) {
    const value = matrix[one * size + column] ?? 0;
    matrix[one * size + column] = matrix[other * size + column] ?? 0;
    matrix[other * size + column] = value;
  }
}

export function determinant({ factors, sign }: Decomposition, size: number): number {
  let product: number = sign;
  for (let row = 0; row < size; row++) product *= factors[row * size + row] ?? 0;
  return product + 0;
}

/**
 * The sign and the logarithm of the magnitude, also of determinants that a float cannot hold. Where the logarithm is not
 * finite, the sign is 0. Source: TensorFlow's determinant_op.cc.
 */
export function logDeterminant({ factors, sign }: Decomposition, size: number): readonly [number, number] {
  let logarithm = 0;
  let product: number = sign;
  for (let row = 0; row < size; row++) {
    const pivot = factors[row * size + row] ?? 0;
    logarithm += Math.log(Math.abs(pivot));
    product *= Math.sign(pivot);
  }
  if (Number.isFinite(logarithm)) return [product, logarithm];
  return [0, logarithm > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY];
}

/** Which triangle of a matrix is looked at, and whether its diagonal counts as ones. */
export interface Triangle {
  readonly isLower: boolean;
  readonly isUnit: boolean;
}

/**
 * Solves equations with a triangle as their matrix, in place.
 *
 * @param right as many columns as there are right sides, in row-major order
 */
export function solveTriangle(
  matrix: Square,
  size: number,
  right: Float64Array,
  columns: number,
  { isLower, isUnit }: Triangle,
): void {
  for (let step = 0; step < size; step++) {
    const row = isLower ? step : size - 1 - step;
    for (let column = 0; column < columns; column++) {
      let value = right[row * columns + column] ?? 0;
      for (let each = isLower ? 0 : row + 1; each < (isLower ? row : size); each++)
        value -= (matrix[row * size + each] ?? 0) * (right[each * columns + column] ?? 0);
      right[row * columns + column] = isUnit ? value : value / (matrix[row * size + row] ?? 0);
    }
  }
}

/** The solutions of as many equations as there are columns. */
export function solve(
  { factors, order }: Decomposition,
  size: number,
  right: Float64Array,
  columns: number,
): Float64Array {
  const result = new Float64Array(right.length);
  for (const [row, from] of order.entries())
    result.set(right.subarray(from * columns, (from + 1) * columns), row * columns);
  solveTriangle(factors, size, result, columns, { isLower: true, isUnit: true });
  solveTriangle(factors, size, result, columns, { isLower: false, isUnit: false });
  return result;
}

/** The lower triangle whose product with itself transposed is the matrix; undefined where there is none. */
export function cholesky(matrix: Square, size: number): Square | undefined {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let value = matrix[row * size + column] ?? 0;
      for (let each = 0; each < column; each++)
        value -= (result[row * size + each] ?? 0) * (result[column * size + each] ?? 0);
      if (row === column) {
        if (!(value > 0)) return undefined;
        result[row * size + row] = Math.sqrt(value);
      } else result[row * size + column] = value / (result[column * size + column] ?? 0);
    }
  return result;
}
