import type { TensorValue } from '../../../model/tensor.ts';

/** Returns a hash of a tensor's values. Strings are ignored. */
export function fingerprint(value: TensorValue): number {
  let hash = 0x811c9dc5;
  if (value.dtype === 'string') return hash;
  const { buffer, byteOffset, byteLength } = value.values;
  const words = byteLength >> 2;
  // Unlike a view of words, a DataView need not begin at a multiple of 4.
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let index = 0; index < words; index++) hash = mix(hash, view.getInt32(index * 4, true));
  for (let index = words * 4; index < byteLength; index++) hash = mix(hash, view.getUint8(index));
  return hash;
}

/** A product alone moves bits only upward, so that a difference of the sign would be lost. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
