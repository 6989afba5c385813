import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeUncleared } from '../../kernels/gate/fresh_memory.ts';
import { ANY, type Output } from '../../kernels/gate/rule.ts';

/** The kernels of tfjs that return their input in another shape and read no values. */
export const RETURNING_THEIR_INPUT: ReadonlySet<string> = new Set(['ExpandDims', 'Reshape']);

/**
 * Makes the outputs of a call without values. Nothing may read them.
 *
 * @returns undefined if a size depends on values
 */
export function outlinedOutputs(
  backend: BackendWasm,
  outputs: readonly Output[],
  isList: boolean,
): TensorInfo | TensorInfo[] | undefined {
  if (outputs.some(({ shape }) => shape.includes(ANY))) return undefined;
  const made = outputs.map(({ shape, dtype }) => makeUncleared(() => backend.makeOutput([...shape], dtype)));
  const [only] = made;
  return only === undefined || isList || made.length > 1 ? made : only;
}
