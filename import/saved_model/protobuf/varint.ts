/** Reads integers of variable length, one after the other. */
export class VarintReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** The next integer; undefined where the bytes end or it is longer than a number is exact. */
  next(): number | undefined {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.bytes[this.offset];
      if (byte === undefined) return undefined;
      this.offset += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return Number.isSafeInteger(value) ? value : undefined;
    }
    return undefined;
  }
}
