import type { Verdict } from '../oracle/oracle.ts';
import { type Expected, rounded } from '../oracle/tensor.ts';
import type { KernelCall, Sample } from './kernel_call.ts';
import { describe, type Outcome } from './laboratory.ts';

export interface Strictness {
  /** True if the values are so extreme that the order of sums matters. */
  readonly isWild: boolean;
  /** True if the server must compute a call that TensorFlow computes. */
  readonly mustCompute: boolean;
}

/** The reason why an outcome is wrong; undefined if it is TensorFlow's result or a refusal that names the operation. */
export function faultOf(
  call: KernelCall,
  outcome: Outcome,
  verdict: Verdict,
  { isWild, mustCompute }: Strictness,
): string | undefined {
  if (outcome.kind === 'refused') {
    if (verdict.kind === 'values' && mustCompute)
      return `TensorFlow computes this; it was ${describe(outcome)}`;
    const isNamed = outcome.message.toLowerCase().includes(call.kernel.toLowerCase());
    return isNamed ? undefined : `the refusal does not name ${call.kernel}: ${outcome.message}`;
  }
  if (verdict.kind === 'unknown') return undefined;
  if (verdict.kind === 'refusal')
    return `TensorFlow refuses this (${verdict.why}); it gave ${describe(outcome)}`;
  if (outcome.outputs.length !== verdict.outputs.length)
    return `${outcome.outputs.length} outputs instead of ${verdict.outputs.length}`;
  const isExtreme =
    isWild ||
    Object.values(call.inputs).some(isLarge) ||
    Object.values(call.attributes).some(isExtremeNumber);
  for (const [index, expected] of verdict.outputs.entries()) {
    const fault = difference(outcome.outputs[index], expected, isExtreme);
    if (fault !== undefined) return `output ${index}: ${fault}`;
  }
  return undefined;
}

/** True for a factor with which the roundings of sums decide about a result. */
function isExtremeNumber(value: unknown): boolean {
  return Number.isNaN(value) || (typeof value === 'number' && Math.abs(value) > 2 ** 20);
}

/** True if integers are near the end of their range. */
function isLarge({ dtype, values }: Sample): boolean {
  return dtype === 'int32' && values.some((value) => Math.abs(value) > 2 ** 20);
}

function difference(output: Sample | undefined, expected: Expected, isWild: boolean): string | undefined {
  const { shape, dtype, values, compared } = expected;
  if (output === undefined) return 'it is missing';
  const isSameShape =
    output.shape.length === shape.length &&
    shape.every((size, axis) => size === -1 || size === output.shape[axis]);
  if (!isSameShape || output.dtype !== dtype)
    return `${output.dtype} [${output.shape}] instead of ${dtype} [${shape}]`;
  if (values === undefined || (isWild && compared === 'ordinary')) return undefined;
  const largest = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  for (const [place, value] of values.entries()) {
    const [got, want] = [output.values[place] ?? Number.NaN, rounded(dtype, value)];
    if (Object.is(got, want) || got === want) continue;
    const tolerance =
      dtype === 'float32' ? 2e-6 + 1e-5 * Math.max(Math.abs(want), isWild ? 0 : 0.1 * largest) : 0;
    if (!(Math.abs(got - want) <= tolerance)) return `${got} at ${place} instead of ${want}`;
  }
  return undefined;
}
