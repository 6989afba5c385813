/** The largest float32 below a positive one: above it is what is not below the number. */
export function justBelow(value: number): number {
  const [bits = 0] = new Uint32Array(new Float32Array([value]).buffer);
  if (value <= 0) return value === 0 ? -(2 ** -149) : -Infinity;
  return new Float32Array(new Uint32Array([bits - 1]).buffer)[0] ?? value;
}
