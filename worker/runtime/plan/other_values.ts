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
 * Inputs of the same shapes with other values: the same ones in reverse order, or, where that makes no difference as
 * with the zeros of a warmup, ones that are less than 1 above. Only float32 is touched; integers are often indices,
 * and not every order of them need make sense.
 */
export function otherValues(inputs: NamedTensors): NamedTensors | undefined {
  let differs = false;
  const others = new Map<string, TensorValue>();
  for (const [name, value] of inputs) {
    if (value.dtype !== 'float32') {
      others.set(name, value);
      continue;
    }
    const isOther = (values: Float32Array): boolean =>
      values.some((each, index) => each !== value.values[index]);
    let values = value.values.toReversed();
    if (!isOther(values)) values = value.values.map((each, index) => each + ((index % 7) + 1) / 8);
    differs ||= isOther(values);
    others.set(name, { ...value, values });
  }
  return differs ? others : undefined;
}
