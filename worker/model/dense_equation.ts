/** The dimensions of a dense layer that is written as an Einsum. */
export interface DenseEquation {
  /** The number of last dimensions of the input, which are the first ones of the weights, over which products are added. */
  readonly contracted: number;
  /** The number of last dimensions of the weights, which are the last ones of the result. */
  readonly columns: number;
}

/**
 * Reads an equation such as `abc,cde->abde`: rows of the first tensor times the second one as a matrix.
 *
 * @returns undefined for other equations, such as those that transpose or that broadcast the second tensor
 */
export function readDenseEquation(equation: string): DenseEquation | undefined {
  const found = /^((?:\.\.\.)?)([A-Za-z]+),([A-Za-z]+)->((?:\.\.\.)?)([A-Za-z]*)$/.exec(
    equation.replaceAll(' ', ''),
  );
  const [, spread, x = '', weights = '', outSpread, result = ''] = found ?? [];
  if (found === null || spread !== outSpread || !isDistinct(x) || !isDistinct(weights)) return undefined;
  const contracted = [...weights].findIndex((label) => !x.includes(label));
  if (contracted < 1) return undefined;
  const [inner, columns] = [weights.slice(0, contracted), weights.slice(contracted)];
  const rows = x.slice(0, x.length - contracted);
  const isDense = x === rows + inner && result === rows + columns && isDistinct(result);
  return isDense ? { contracted, columns: columns.length } : undefined;
}

function isDistinct(labels: string): boolean {
  return new Set(labels).size === labels.length;
}
