import type { TensorValue } from '../../../model/tensor.ts';

/** A number that is the same for the same values, and hardly ever for others. Strings count as nothing. */
export function fingerprint(value: TensorValue): number {
  let hash = 0x811c9dc5;
  if (value.dtype === 'string') return hash;
  const { buffer, byteOffset, byteLength } = value.values;
  const words = byteLength >> 2;
  // Unlike a view of words, it need not begin at a multiple of 4.
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let index = 0; index < words; index++) hash = mix(hash, view.getInt32(index * 4, true));
  for (let index = words * 4; index < byteLength; index++) hash = mix(hash, view.getUint8(index));
  return hash;
}

/** A product alone carries bits upwards only, where a difference in the sign would be lost. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
