import { base64Length, writeBase64 } from '../base64.ts';
import { digitCount, LONGEST_FLOAT, writeDigits, writeFloat32 } from '../numbers/float_digits.ts';
import { numberLists } from '../numbers/number_lists_module.ts';

const ENCODER = new TextEncoder();
// A leading U+FEFF is part of the string and must not be dropped as a byte order mark.
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

const COMMA = 0x2c;
const MINUS = 0x2d;
const LONGEST_INTEGER = 11;
const SHORT_TEXT = 64;
const LONG_STRING = 16 * 1024;
const SMALLEST_INT32 = -(2 ** 31);

/** The notation of NaN and infinities: JavaScript's tokens, which are not JSON, or null. */
export type NotFinite = 'token' | 'null';

const FIRST_BYTES = 4096;
const MOST_KEPT = 1024 * 1024;

/** A spare buffer for the next writer. Allocating one takes longer than writing a small answer. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/** Writes JSON into a buffer that grows as needed. */
export class ByteWriter {
  readonly #first: Uint8Array<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor() {
    this.#first = spare ?? new Uint8Array(FIRST_BYTES);
    spare = undefined;
    this.#bytes = this.#first;
  }

  /** Returns the written bytes. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    spare = this.#first;
    return this.#bytes === this.#first
      ? this.#bytes.slice(0, this.#length)
      : this.#bytes.subarray(0, this.#length);
  }

  /** The number of bytes written since the last `take`. */
  get length(): number {
    return this.#length;
  }

  /** Returns a copy of the written bytes and empties the writer. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    // One long text must not keep a large buffer.
    if (this.#bytes.length > MOST_KEPT) {
      this.#bytes.buffer.transfer(0);
      this.#bytes = new Uint8Array(FIRST_BYTES);
    }
    return taken;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    // Short texts are names and punctuation, for which a loop is faster than the platform's encoder.
    if (text.length <= SHORT_TEXT && this.#ascii(text)) return;
    this.#length += ENCODER.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Writes an ASCII text. Returns false and discards what it wrote if the text contains other characters. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  /** Writes the float32 values from `start` to before `end`, separated by commas. */
  floats(values: ArrayLike<number>, start: number, end: number, notFinite: NotFinite): void {
    for (let block = start; block < end; block += BLOCK_LENGTH) {
      const blockEnd = Math.min(block + BLOCK_LENGTH, end);
      this.#reserve((blockEnd - block) * (LONGEST_FLOAT + 1));
      const bytes = this.#bytes;
      let at = this.#length;
      for (let index = block; index < blockEnd; index++) {
        if (index > start) bytes[at++] = COMMA;
        const value = values[index] ?? Number.NaN;
        if (notFinite === 'null' && !Number.isFinite(value)) {
          bytes.set(NULL, at);
          at += NULL.length;
        } else at = writeFloat32(bytes, at, value);
      }
      this.#length = at;
    }
  }

  /**
   * Writes float32 values from `offset` on as nested lists. Returns false and writes nothing if the module cannot write
   * the shape.
   */
  floatLists(values: Float32Array, offset: number, shape: readonly number[], notFinite: NotFinite): boolean {
    const lists = numberLists();
    if (!lists.canWrite(shape)) return false;
    lists.write(values, offset, shape, notFinite === 'null', (block) => {
      this.#reserve(block.length);
      this.#bytes.set(block, this.#length);
      this.#length += block.length;
    });
    return true;
  }

  /** Writes the same without the outermost brackets, as elements of a longer list. */
  floatElements(
    values: Float32Array,
    offset: number,
    shape: readonly number[],
    notFinite: NotFinite,
  ): boolean {
    const lists = numberLists();
    if (!lists.canWrite(shape)) return false;
    let skipped = 1;
    lists.write(values, offset, shape, notFinite === 'null', (block) => {
      const rest = block.subarray(skipped);
      skipped = 0;
      this.#reserve(rest.length);
      this.#bytes.set(rest, this.#length);
      this.#length += rest.length;
    });
    this.#length -= 1;
    return true;
  }

  /** Writes the int32 values from `start` to before `end`, separated by commas. */
  integers(values: ArrayLike<number>, start: number, end: number): void {
    for (let block = start; block < end; block += BLOCK_LENGTH) {
      const blockEnd = Math.min(block + BLOCK_LENGTH, end);
      this.#reserve((blockEnd - block) * (LONGEST_INTEGER + 1));
      const bytes = this.#bytes;
      let at = this.#length;
      for (let index = block; index < blockEnd; index++) {
        if (index > start) bytes[at++] = COMMA;
        const value = values[index] ?? 0;
        if (value === SMALLEST_INT32) {
          bytes.set(SMALLEST_TEXT, at);
          at += SMALLEST_TEXT.length;
          continue;
        }
        if (value < 0) bytes[at++] = MINUS;
        const magnitude = Math.abs(value);
        at = writeDigits(bytes, at, magnitude, digitCount(magnitude));
      }
      this.#length = at;
    }
  }

  /** Writes UTF-8 bytes as a JSON string. Invalid bytes become U+FFFD. */
  string(value: Uint8Array): void {
    if (value.length <= LONG_STRING) {
      this.text(JSON.stringify(DECODER.decode(value)));
      return;
    }
    // Long texts are converted in parts: UTF-16, escaped text and UTF-8 together would take several times the memory.
    const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
    this.text('"');
    for (let at = 0; at < value.length; at += LONG_STRING) {
      const part = decoder.decode(value.subarray(at, at + LONG_STRING), { stream: true });
      this.text(JSON.stringify(part).slice(1, -1));
    }
    this.text(`${JSON.stringify(decoder.decode()).slice(1, -1)}"`);
  }

  /** Writes bytes as `{"b64": "..."}`. */
  base64(value: Uint8Array): void {
    this.text('{"b64":"');
    const length = base64Length(value.length);
    this.#reserve(length);
    writeBase64(this.#bytes, this.#length, value);
    this.#length += length;
    this.text('"}');
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const capacity = Math.max(needed, this.#bytes.length * 2);
    const isFirst = this.#bytes === this.#first;
    // Transferring frees the old memory at once, before the collector runs.
    const grown = isFirst ? new Uint8Array(capacity) : new Uint8Array(this.#bytes.buffer.transfer(capacity));
    if (isFirst) grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The buffer is extended for this many numbers at once. */
const BLOCK_LENGTH = 512;

const NULL = ENCODER.encode('null');
const SMALLEST_TEXT = ENCODER.encode(String(SMALLEST_INT32));
