import { refuseImage } from '../pixels.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly color: PngColor;
  readonly isInterlaced: boolean;
}

export type PngColor = 'gray' | 'rgb' | 'palette' | 'gray and alpha' | 'rgba';

export interface PngFile {
  readonly header: PngHeader;
  /** Three bytes for each color; empty where there is none. */
  readonly palette: Uint8Array;
  /** What is transparent: an alpha for each color of the palette, or the samples of one color of 16 bits each. */
  readonly transparency: Uint8Array | undefined;
  /** The compressed rows, in pieces. */
  readonly data: readonly Uint8Array[];
}

const COLORS: ReadonlyMap<number, { readonly color: PngColor; readonly depths: readonly number[] }> = new Map(
  [
    [0, { color: 'gray', depths: [1, 2, 4, 8, 16] }],
    [2, { color: 'rgb', depths: [8, 16] }],
    [3, { color: 'palette', depths: [1, 2, 4, 8] }],
    [4, { color: 'gray and alpha', depths: [8, 16] }],
    [6, { color: 'rgba', depths: [8, 16] }],
  ],
);

const SIGNATURE_BYTES = 8;
/** Length and name before a chunk's data, and the checksum behind it. */
const FRAME_BYTES = 12;

/** Takes a file apart. Its chunks are checked by their checksums. @throws ExecutionError for a file that is damaged */
export function readPng(bytes: Uint8Array): PngFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PngHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  let at = SIGNATURE_BYTES;
  for (;;) {
    if (at + FRAME_BYTES > bytes.length) refuseImage('PNG', 'is cut off');
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) refuseImage('PNG', `is cut off in its chunk ${name}`);
    if (checksum(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      refuseImage('PNG', `is damaged: the checksum of its chunk ${name} is another`);
    const chunk = bytes.subarray(at + 8, end);
    if (header === undefined && name !== 'IHDR') refuseImage('PNG', 'does not begin with its header');
    switch (name) {
      case 'IHDR':
        header = readHeader(chunk);
        break;
      case 'PLTE':
        palette = chunk;
        break;
      case 'tRNS':
        transparency = chunk;
        break;
      case 'IDAT':
        data.push(chunk);
        break;
      case 'IEND':
        return header === undefined
          ? refuseImage('PNG', 'has no header')
          : { header, palette, transparency, data };
      default:
        if (isCritical(name)) refuseImage('PNG', `has a chunk ${JSON.stringify(name)} that is not known`);
    }
    at = end + 4;
  }
}

function readHeader(chunk: Uint8Array): PngHeader {
  if (chunk.length !== 13) refuseImage('PNG', 'has a header of another size than PNG has');
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const [depth = 0, type = 0, compression, filter, interlace = 0] = chunk.subarray(8);
  const known = COLORS.get(type);
  if (known === undefined || !known.depths.includes(depth))
    refuseImage('PNG', `has colors of type ${type} with ${depth} bits, which PNG does not have`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    refuseImage('PNG', 'is compressed, filtered or interlaced in a way that PNG does not have');
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    color: known.color,
    isInterlaced: interlace === 1,
  };
}

/** A decoder must know these: the first letter is a capital. */
const isCritical = (name: string): boolean => /^[A-Z]/.test(name);

/** The cyclic redundancy checks of all bytes: the polynomial of PNG, bits reversed. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

function checksum(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let at = 0; at < bytes.length; at++)
    remainder = (REMAINDERS[(remainder ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
