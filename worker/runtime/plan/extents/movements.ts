import {
  areSizes,
  BEHIND,
  bytes,
  type Extent,
  type ExtentRule,
  MOST_RANGE_BYTES,
  type Pieces,
  WORD,
  words,
} from './extent.ts';

interface Dimension {
  readonly count: number;
  /** From one element to the next. It may be negative. */
  readonly step: number;
}

type CopyArguments = Parameters<ExtentRule<'copy'>>[0];

export const copy: ExtentRule<'copy'> = (given) => copied(given, WORD, 0);

/** A line is read in whole vectors. */
export const copyBytes: ExtentRule<'copy_bytes'> = (given) => copied(given, 1, BEHIND);

export const fill: ExtentRule<'fill'> = ({ count }) => (areSizes(count) ? { y: words(count) } : undefined);

export const fillBytes: ExtentRule<'fill_bytes'> = ({ count }) =>
  areSizes(count) ? { y: bytes(count) } : undefined;

export const transpose: ExtentRule<'transpose'> = ({ rows, columns }) =>
  areSizes(rows, columns) ? { x: words(rows * columns), y: words(rows * columns) } : undefined;

/** @param width the bytes of an element */
function copied(given: CopyArguments, width: number, behind: number): { x: Extent; y: Extent } | undefined {
  const { size0, size1, size2, size3, size4 } = given;
  const { x0, x1, x2, x3, x4, y0, y1, y2, y3, y4 } = given;
  const sizes = [size0, size1, size2, size3, size4];
  if (!areSizes(...sizes)) return undefined;
  // A kernel that finds a 1 and no other number copies a line of adjacent elements.
  const isLine = (x4 | y4) === 1;
  const dimensions = (steps: readonly number[]): Dimension[] =>
    sizes.map((count, index) => ({ count, step: (count === 1 ? 0 : (steps[index] ?? 0)) * width }));
  const from = dimensions([x0, x1, x2, x3, isLine ? 1 : x4]);
  const to = dimensions([y0, y1, y2, y3, isLine ? 1 : y4]);
  const pieces = piecesOf(to, width);
  if (pieces === undefined) return undefined;
  return { x: { ...reachOf(from, width), behind }, y: { ...reachOf(to, width), pieces } };
}

function reachOf(dimensions: readonly Dimension[], width: number): Extent {
  const ends = dimensions.map(({ count, step }) => (count - 1) * step);
  const from = ends.reduce((sum, end) => sum + Math.min(0, end), 0);
  return { ...bytes(ends.reduce((sum, end) => sum + Math.max(0, end), width)), from };
}

/** Joins dimensions whose elements are adjacent. Returns undefined if elements may lie on one another. */
function piecesOf(dimensions: readonly Dimension[], width: number): Pieces | undefined {
  let piece = width;
  let covered = width;
  const kept: Dimension[] = [];
  const inward = dimensions
    .filter(({ count }) => count > 1)
    .map(({ count, step }) => ({ count, step: Math.abs(step) }))
    .sort((a, b) => a.step - b.step);
  for (const { count, step } of inward) {
    if (step < covered) return undefined;
    if (step === piece && kept.length === 0) piece *= count;
    else kept.unshift({ count, step });
    covered += (count - 1) * step;
    if (covered > MOST_RANGE_BYTES) return undefined;
  }
  return { start: reachOf(dimensions, width).from, bytes: piece, dimensions: kept };
}
