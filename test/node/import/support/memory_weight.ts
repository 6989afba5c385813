import type { Weight } from '../../../../import/graph/graph.ts';

/** A weight whose values are at hand. */
export function float32Weight(shape: readonly number[], values: readonly number[]): Weight {
  return bytesWeight('float32', shape, new Uint8Array(new Float32Array(values).buffer));
}

export function int32Weight(shape: readonly number[], values: readonly number[]): Weight {
  return bytesWeight('int32', shape, new Uint8Array(new Int32Array(values).buffer));
}

export function bytesWeight(dtype: Weight['dtype'], shape: readonly number[], bytes: Uint8Array): Weight {
  // As a reader of files may give them: a part of something larger that begins anywhere.
  const larger = new Uint8Array(1 + bytes.length);
  larger.set(bytes, 1);
  const within = larger.subarray(1);
  return { dtype, shape, byteLength: bytes.length, read: async () => within };
}
