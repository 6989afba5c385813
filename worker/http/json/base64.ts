const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const PADDING = 0x3d;
const NO_DIGIT = 255;

const VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, code] of CODES.entries()) VALUES[code] = value;

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** Decodes standard base64, with or without padding and line breaks. Returns undefined for other text. */
export function decodeBase64(lines: Uint8Array): Uint8Array | undefined {
  const text = lines.some(isSpace) ? lines.filter((byte) => !isSpace(byte)) : lines;
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text[length - 1] === PADDING) length -= 1;
  if (length % 4 === 1 || (length < text.length && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let written = 0;
  let bits = 0;
  let bitCount = 0;
  for (let at = 0; at < length; at++) {
    const value = VALUES[text[at] ?? 0] ?? NO_DIGIT;
    if (value === NO_DIGIT) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[written++] = bits >> bitCount;
  }
  return bytes;
}

export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

/** Bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(base64Length(bytes.length));
  writeBase64(text, 0, bytes);
  return new TextDecoder().decode(text);
}

/** Writes bytes as padded base64 from `start` on. */
export function writeBase64(target: Uint8Array, start: number, bytes: Uint8Array): void {
  let at = start;
  for (let index = 0; index < bytes.length; index += 3) {
    const second = bytes[index + 1];
    const third = bytes[index + 2];
    const bits = ((bytes[index] ?? 0) << 16) | ((second ?? 0) << 8) | (third ?? 0);
    target[at++] = CODES[bits >> 18] ?? 0;
    target[at++] = CODES[(bits >> 12) & 63] ?? 0;
    target[at++] = second === undefined ? PADDING : (CODES[(bits >> 6) & 63] ?? 0);
    target[at++] = third === undefined ? PADDING : (CODES[bits & 63] ?? 0);
  }
}
