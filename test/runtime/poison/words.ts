const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A string tensor's values are numbers in tests: the words' own. */
export function toBytes(number: number): Uint8Array {
  return encoder.encode(`word ${number}`);
}

/** NaN for what is not a word of a test. */
export function toWord(bytes: unknown): number {
  const text = bytes instanceof Uint8Array ? decoder.decode(bytes) : String(bytes);
  return text.startsWith('word ') ? Number(text.slice(5)) : Number.NaN;
}
