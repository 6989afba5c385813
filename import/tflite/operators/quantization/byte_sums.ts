import { add, clip, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { type Codes, quantized } from '../../../builder/quantized.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

const { fround } = Math;

/** An operand without its zero, and what a step of it is in steps of the output. */
export interface Part {
  readonly codes: SymbolicTensor;
  readonly factor: number;
  /** The least and the largest of its integers. */
  readonly range: readonly [least: number, most: number];
}

/** The bits of a factor behind its first one, and those of its lower part, which is computed apart. */
const [FACTOR_BITS, LOWER_BITS] = [20, 10];
const LOWER = 2 ** LOWER_BITS;
const MOST_SHIFTED = 30;
/** Of the 65 536 pairs of two bytes, so many may come out one step off. */
const MOST_UNEQUAL = 8;

/** A factor as an integer that is shifted. */
interface Shifted {
  readonly factors: readonly [number, number];
  readonly shift: number;
}

/**
 * A sum of bytes as XNNPACK has it (xnn_init_qs8_add_minmax_params): the factors are integers of 21 bits, and their products are
 * shifted back, where a half goes up.
 *
 * Products with the same factors as floats come to the same for all pairs of bytes, or almost all, unless the factors are so round
 * that halves are frequent.
 *
 * @returns undefined for factors so large or small that XNNPACK leaves the sum to others
 */
export function sumOfBytes(g: NodeBuilder, one: Part, other: Part, codes: Codes): SymbolicTensor | undefined {
  const shift = FACTOR_BITS - Math.floor(Math.log2(Math.max(Math.abs(one.factor), Math.abs(other.factor))));
  if (!(shift > LOWER_BITS && shift <= MOST_SHIFTED)) return undefined;
  const factors: Shifted['factors'] = [
    Math.round(one.factor * 2 ** shift),
    Math.round(other.factor * 2 ** shift),
  ];
  const shifted = { factors, shift };
  return unequalPairs(one.range, other.range, shifted) <= MOST_UNEQUAL
    ? inFloats(g, one, other, codes, shifted)
    : inTwoParts(g, one, other, codes, shifted);
}

function inFloats(
  g: NodeBuilder,
  one: Part,
  other: Part,
  codes: Codes,
  { factors: [left, right], shift }: Shifted,
): SymbolicTensor {
  const sum = add(g, multiply(g, one.codes, left / 2 ** shift), multiply(g, other.codes, right / 2 ** shift));
  return quantized(g, sum, 1, codes);
}

/** For how many pairs floats round in another way than the shift does. */
function unequalPairs(
  [leastLeft, mostLeft]: Part['range'],
  [leastRight, mostRight]: Part['range'],
  { factors: [left, right], shift }: Shifted,
): number {
  const scale = 2 ** shift;
  let count = 0;
  for (let one = leastLeft; one <= mostLeft; one++) {
    for (let other = leastRight; other <= mostRight; other++) {
      const exact = Math.floor((one * left + other * right + scale / 2) / scale);
      const float = fround(fround(one * (left / scale)) + fround(other * (right / scale)));
      // Half a step off, and even: what rounding to the even integer makes of a half.
      const near = Math.abs(float - exact) === 0.5 ? exact - (Math.abs(exact) % 2) : Math.round(float);
      if (near !== exact) count++;
    }
  }
  return count;
}

/** Float32 holds the upper and the lower bits of the products, and not both. */
function inTwoParts(
  g: NodeBuilder,
  one: Part,
  other: Part,
  { zero, range: [least, most] }: Codes,
  { factors: [left, right], shift }: Shifted,
): SymbolicTensor {
  const upperOf = (factor: number): number => Math.floor(factor / LOWER);
  const lowerOf = (factor: number): number => factor - upperOf(factor) * LOWER;
  const products = (part: (factor: number) => number): SymbolicTensor =>
    add(g, multiply(g, one.codes, part(left)), multiply(g, other.codes, part(right)));
  const carried = unary(g, 'Floor', multiply(g, products(lowerOf), 1 / LOWER));
  const half = 2 ** (shift - 1 - LOWER_BITS);
  const sum = add(g, add(g, products(upperOf), carried), half);
  const shifted = unary(g, 'Floor', multiply(g, sum, 2 ** (LOWER_BITS - shift)));
  return clip(g, zero === 0 ? shifted : add(g, shifted, zero), least, most);
}
