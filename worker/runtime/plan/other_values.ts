import type { NamedTensors, TensorValue } from '../tensor.ts';

/** A number that is the same for the same values, and hardly ever for others. */
export function fingerprint(inputs: NamedTensors): number {
  let hash = 0x811c9dc5;
  for (const value of inputs.values()) {
    if (value.dtype === 'string') continue;
    const { buffer, byteOffset, byteLength } = value.values;
    const words = byteLength >> 2;
    // Unlike a view of words, it need not begin at a multiple of 4.
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let index = 0; index < words; index++) hash = mix(hash, view.getInt32(index * 4, true));
    for (let index = words * 4; index < byteLength; index++) hash = mix(hash, view.getUint8(index));
  }
  return hash;
}

/** A product alone carries bits upwards only, where a difference in the sign would be lost. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/**
 * Inputs of the same shapes with other values: the same ones in reverse order, where that makes a difference.
 * Only float32 is touched; integers are often indices, and not every order of them need make sense.
 */
export function otherValues(inputs: NamedTensors): NamedTensors | undefined {
  let differs = false;
  const others = new Map<string, TensorValue>();
  for (const [name, value] of inputs) {
    if (value.dtype !== 'float32') {
      others.set(name, value);
      continue;
    }
    const values = value.values.toReversed();
    differs ||= values.some((each, index) => each !== value.values[index]);
    others.set(name, { ...value, values });
  }
  return differs ? others : undefined;
}
