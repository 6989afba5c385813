const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** In tests, the values of a string tensor are the numbers of words. */
export function toBytes(number: number): Uint8Array {
  return encoder.encode(`word ${number}`);
}

/** The number of a word; NaN for other bytes. */
export function toWord(bytes: unknown): number {
  const text = bytes instanceof Uint8Array ? decoder.decode(bytes) : String(bytes);
  return text.startsWith('word ') ? Number(text.slice(5)) : Number.NaN;
}
