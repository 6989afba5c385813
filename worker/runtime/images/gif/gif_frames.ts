import { refuseImage } from '../pixels.ts';

/** A frame as it is stored. Its place is on the canvas of the animation. */
export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** Three bytes for each color. */
  readonly palette: Uint8Array;
  /** The color that leaves a pixel as it was. */
  readonly transparent: number | undefined;
  readonly indexBits: number;
  /** The compressed indices, in blocks. */
  readonly blocks: readonly Uint8Array[];
}

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** @param most frames that are read @throws ExecutionError for a file that is cut off or damaged */
export function readGifFrames(bytes: Uint8Array, most: number): GifFrame[] {
  const reader = new Reader(bytes, HEADER_BYTES);
  const flags = bytes[10] ?? 0;
  const common = flags & 0x80 ? reader.take(3 << ((flags & 7) + 1)) : undefined;
  const frames: GifFrame[] = [];
  let transparent: number | undefined;
  while (frames.length < most) {
    const kind = reader.byte();
    if (kind === TRAILER) break;
    if (kind === EXTENSION) {
      const label = reader.byte();
      const [control] = reader.blocks();
      if (label === GRAPHIC_CONTROL) transparent = (control?.[0] ?? 0) & 1 ? control?.[3] : undefined;
    } else if (kind === FRAME) {
      frames.push(readFrame(reader, common, transparent));
      transparent = undefined;
    } else refuseImage('GIF', `is damaged: a block begins with the byte ${kind}`);
  }
  return frames.length === 0 ? refuseImage('GIF', 'has no frame') : frames;
}

function readFrame(
  reader: Reader,
  common: Uint8Array | undefined,
  transparent: number | undefined,
): GifFrame {
  const [left, top, width, height] = [reader.uint16(), reader.uint16(), reader.uint16(), reader.uint16()];
  const flags = reader.byte();
  const palette = flags & 0x80 ? reader.take(3 << ((flags & 7) + 1)) : common;
  if (palette === undefined) refuseImage('GIF', 'has a frame without colors');
  const indexBits = reader.byte();
  if (indexBits < 1 || indexBits > 8) refuseImage('GIF', `has color indices of ${indexBits} bits`);
  const isInterlaced = (flags & 0x40) !== 0;
  return { left, top, width, height, isInterlaced, palette, transparent, indexBits, blocks: reader.blocks() };
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    if (at > bytes.length) refuseImage('GIF', 'is cut off');
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) refuseImage('GIF', 'is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  uint16(): number {
    return this.byte() | (this.byte() << 8);
  }

  /** Blocks with their lengths before them, up to an empty one. */
  blocks(): Uint8Array[] {
    const blocks: Uint8Array[] = [];
    for (let length = this.byte(); length > 0; length = this.byte()) blocks.push(this.take(length));
    return blocks;
  }
}
