/** The symbols of a code by the bits that come next, as many as the longest of them has. */
export interface HuffmanTable {
  /** For each value of these bits, the symbol times 16 and its length; 0 where no symbol begins so. */
  readonly entries: Uint16Array;
  readonly bits: number;
}

const MOST_BITS = 15;

/**
 * Makes the canonical code of these lengths (RFC 1951, 3.2.2), whose bits come last one first.
 *
 * @param lengths bits of each symbol; 0 for a symbol that does not occur
 * @returns undefined where there are more symbols than such lengths leave room for
 */
export function huffmanTable(lengths: Uint8Array): HuffmanTable | undefined {
  const counts = new Uint16Array(MOST_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const bits = Math.max(1, ...lengths);
  const next = new Uint16Array(MOST_BITS + 2);
  for (let length = 1; length <= bits; length++) {
    next[length + 1] = ((next[length] ?? 0) + (counts[length] ?? 0)) << 1;
    if ((next[length] ?? 0) + (counts[length] ?? 0) > 1 << length) return undefined;
  }
  const entries = new Uint16Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    const entry = (symbol << 4) | length;
    for (let place = reversed(code, length); place < entries.length; place += 1 << length)
      entries[place] = entry;
  }
  return { entries, bits };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
