import { elementCount } from '../../../worker/model/tensor.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';

/** More integers than any list of dimensions has. */
const MOST_INTEGERS = 16;

/** The integers of a small constant; undefined for any other tensor. */
export async function constantIntegers(
  rewrite: GraphRewrite,
  tensor: string | undefined,
): Promise<readonly number[] | undefined> {
  const weight = rewrite.constant(tensor);
  if (weight?.dtype !== 'int32' || elementCount(weight.shape) > MOST_INTEGERS) return undefined;
  // A copy lies where integers of 32 bits may begin.
  return [...new Int32Array(new Uint8Array(await weight.read()).buffer)];
}
