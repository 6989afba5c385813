import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
import { type HuffmanTable, huffmanTable } from './huffman.ts';

/** The data does not have the format, or ends within it. */
export class InflateError extends CodedError {
  override readonly code: ErrorCode = 'ERR_PNG_INVALID';
}

/** Base and further bits of each symbol for a length, from 257 on (RFC 1951, 3.2.5). */
const LENGTHS = steps([3, 4, 5, 6, 7, 8, 9, 10], 4, 28);
/** The last one stands for the longest alone. */
LENGTHS.push([258, 0]);
const DISTANCES = steps([1, 2, 3, 4], 2, 30);

/** The lengths of the code for code lengths come in this order. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END = 256;
const NO_SYMBOL = 'has bits that are no symbol';

const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

/**
 * Decompresses data in zlib's format into memory of a known size, and stops where that is full: whatever a file says,
 * neither more memory nor more time is taken.
 *
 * @returns how many bytes were written
 * @throws InflateError
 */
export function inflate(data: Uint8Array, target: Uint8Array): number {
  const [method = 0, flags = 0] = data;
  const isZlib =
    (method & 15) === 8 && (method << 8) % 31 === (31 - (flags % 31)) % 31 && (flags & 0x20) === 0;
  if (!isZlib) throw new InflateError('is not in the format of zlib');
  return new Inflation(data.subarray(2), target).run();
}

class Inflation {
  readonly #data: Uint8Array;
  readonly #target: Uint8Array;
  #at = 0;
  #written = 0;
  /** Bits that were read and not used. */
  #buffer = 0;
  #count = 0;

  constructor(data: Uint8Array, target: Uint8Array) {
    this.#data = data;
    this.#target = target;
  }

  run(): number {
    for (let isLast = false; !isLast && this.#written < this.#target.length; ) {
      isLast = this.#bits(1) === 1;
      const type = this.#bits(2);
      if (type === 0) this.#copyStored();
      else if (type === 1) this.#expand(table(FIXED_LENGTHS), table(new Uint8Array(30).fill(5)));
      else if (type === 2) this.#expandDynamic();
      else throw new InflateError('has a block of a kind that there is not');
    }
    return this.#written;
  }

  #bits(count: number): number {
    while (this.#count < count) {
      if (this.#at === this.#data.length) throw new InflateError('ends early');
      this.#buffer |= (this.#data[this.#at++] ?? 0) << this.#count;
      this.#count += 8;
    }
    const value = this.#buffer & ((1 << count) - 1);
    this.#buffer >>>= count;
    this.#count -= count;
    return value;
  }

  #symbol({ entries, bits }: HuffmanTable): number {
    while (this.#count < bits && this.#at < this.#data.length) {
      this.#buffer |= (this.#data[this.#at++] ?? 0) << this.#count;
      this.#count += 8;
    }
    const entry = entries[this.#buffer & ((1 << bits) - 1)] ?? 0;
    const length = entry & 15;
    if (length === 0 || length > this.#count) throw new InflateError(NO_SYMBOL);
    this.#buffer >>>= length;
    this.#count -= length;
    return entry >> 4;
  }

  #copyStored(): void {
    // It begins with a whole byte, some of which may have been read already.
    this.#at -= this.#count >> 3;
    this.#buffer = 0;
    this.#count = 0;
    const length = this.#bits(16);
    if ((this.#bits(16) ^ 0xffff) !== length) throw new InflateError('has a stored block of two lengths');
    if (this.#at + length > this.#data.length) throw new InflateError('ends early');
    const room = Math.min(length, this.#target.length - this.#written);
    this.#target.set(this.#data.subarray(this.#at, this.#at + room), this.#written);
    this.#written += room;
    this.#at += length;
  }

  #expandDynamic(): void {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const codes = this.#bits(4) + 4;
    const codeLengths = new Uint8Array(19);
    for (const symbol of ORDER.slice(0, codes)) codeLengths[symbol] = this.#bits(3);
    const code = table(codeLengths);
    const lengths = new Uint8Array(literals + distances);
    for (let index = 0; index < lengths.length; ) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      const repeated = symbol === 16 ? lengths[index - 1] : 0;
      const count =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (repeated === undefined || index + count > lengths.length)
        throw new InflateError('repeats a length that there is not');
      lengths.fill(repeated, index, index + count);
      index += count;
    }
    this.#expand(table(lengths.subarray(0, literals)), table(lengths.subarray(literals)));
  }

  /** Most of the time is spent here: what changes is in local variables meanwhile. */
  #expand(literals: HuffmanTable, distances: HuffmanTable): void {
    const [data, target] = [this.#data, this.#target];
    const { entries, bits } = literals;
    const mask = (1 << bits) - 1;
    let [at, buffer, count, written] = [this.#at, this.#buffer, this.#count, this.#written];
    while (written < target.length) {
      // The last symbol may be shorter than the longest one.
      while (count < bits && at < data.length) {
        buffer |= (data[at++] ?? 0) << count;
        count += 8;
      }
      const entry = entries[buffer & mask] ?? 0;
      const length = entry & 15;
      if (length === 0 || length > count) throw new InflateError(NO_SYMBOL);
      buffer >>>= length;
      count -= length;
      const symbol = entry >> 4;
      if (symbol < END) {
        target[written++] = symbol;
        continue;
      }
      this.#at = at;
      this.#buffer = buffer;
      this.#count = count;
      this.#written = written;
      if (symbol === END) return;
      this.#repeat(symbol, distances);
      at = this.#at;
      buffer = this.#buffer;
      count = this.#count;
      written = this.#written;
    }
    this.#written = written;
  }

  #repeat(symbol: number, distances: HuffmanTable): void {
    const target = this.#target;
    const start = this.#written;
    const length = this.#sum(LENGTHS[symbol - END - 1]);
    const distance = this.#sum(DISTANCES[this.#symbol(distances)]);
    if (distance > start) throw new InflateError('repeats what is before its beginning');
    const end = Math.min(target.length, start + length);
    // One after the other: what is repeated may overlap what is written.
    for (let at = start, from = start - distance; at < end; ) target[at++] = target[from++] ?? 0;
    this.#written = end;
  }

  #sum(step: readonly [base: number, bits: number] | undefined): number {
    if (step === undefined) throw new InflateError('has a symbol that there is not');
    return step[0] + this.#bits(step[1]);
  }
}

function table(lengths: Uint8Array): HuffmanTable {
  const made = huffmanTable(lengths);
  if (made === undefined) throw new InflateError('has a code of more symbols than it has room for');
  return made;
}

/** Numbers that need ever more bits behind their symbol: `each` symbols of a number of bits, `count` in all. */
function steps(first: readonly number[], each: number, count: number): [base: number, bits: number][] {
  const result = first.map((base): [number, number] => [base, 0]);
  for (let bits = 1; result.length < count; bits++)
    for (let step = 0; step < each && result.length < count; step++) {
      const [base, before] = result.at(-1) ?? [0, 0];
      result.push([base + (1 << before), bits]);
    }
  return result;
}
