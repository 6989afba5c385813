import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** tfjs would compare 32-bit numbers in the heap, which does not contain the strings. */
function comparisonOfStrings(whenEqual: 0 | 1): PlainKernel {
  return (backend, call, [output]) => {
    const [a, b] = [call.tensor('a'), call.tensor('b')];
    if (output === undefined || a.dtype !== 'string') return undefined;
    const [left, right] = [stringsOf(backend, a), stringsOf(backend, b)];
    const [ofA, ofB] = [broadcastOffset(a.shape, output.shape), broadcastOffset(b.shape, output.shape)];
    const result = makeOutput(backend, output);
    const truths = valuesOf(backend, result);
    for (let index = 0; index < truths.length; index++)
      truths[index] = areEqual(left[ofA(index)], right[ofB(index)]) ? whenEqual : 1 - whenEqual;
    return result;
  };
}

export const equalStrings = comparisonOfStrings(1);
export const unequalStrings = comparisonOfStrings(0);

function stringsOf(backend: BackendWasm, { dataId }: TensorInfo): readonly Uint8Array[] {
  const strings = backend.dataIdMap.get(dataId).stringBytes;
  if (strings === undefined) throw new Error('a tensor of strings has none');
  return strings;
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((byte, index) => byte === b[index]);
}
