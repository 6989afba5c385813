const { fround } = Math;

/** The nearest integer, ties to the even one, as ONNX rounds. */
export function nearest(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** How many float32 numbers on either side of the quotient of two scales are tried. */
const MOST_STEPS = 4;

/**
 * Returns the float32 number by which integers of one scale become the same integers of another one as by ONNX's definition,
 * which multiplies by the first scale and divides by the second. Both round, so that the quotient of the scales alone may round
 * a half in another way.
 *
 * @param range the integers without their zero, all of which are tried
 * @returns undefined if no number does it for all of them
 */
export function exactFactor(
  from: number,
  to: number,
  [least, most]: readonly [least: number, most: number],
): number | undefined {
  const integers = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const wanted = integers.map((integer) => nearest(fround(fround(integer * from) / to)));
  const isExact = (factor: number): boolean =>
    integers.every((integer, index) => nearest(fround(integer * factor)) === wanted[index]);
  return aroundQuotient(fround(from / to)).find(isExact);
}

/** A float32 number and its neighbors, the nearest first. */
function aroundQuotient(quotient: number): number[] {
  const bits = new Int32Array(Float32Array.of(quotient).buffer)[0] ?? 0;
  const steps = Array.from({ length: MOST_STEPS }, (_, index) => index + 1);
  return [0, ...steps.flatMap((step) => [step, -step])].map(
    (step) => new Float32Array(Int32Array.of(bits + step).buffer)[0] ?? quotient,
  );
}
