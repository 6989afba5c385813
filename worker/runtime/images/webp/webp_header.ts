import { type ImageSize, refuseImage } from '../pixels.ts';

/** Where the first chunk's data begins, behind the names and sizes of the file and of the chunk. */
const DATA = 20;
const LEAST_BYTES = 30;
const ANIMATION_FLAG = 0x02;

/** Reads the size of an image, which is stored in one of three ways. @throws ExecutionError where it is in none */
export function readWebpSize(bytes: Uint8Array): ImageSize {
  if (bytes.length < LEAST_BYTES) refuseImage('WebP', 'is cut off in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(4, true) + 8 > bytes.length) refuseImage('WebP', 'is cut off');
  switch (String.fromCharCode(...bytes.subarray(12, 16))) {
    case 'VP8 ':
      return {
        width: view.getUint16(DATA + 6, true) & 0x3fff,
        height: view.getUint16(DATA + 8, true) & 0x3fff,
      };
    case 'VP8L': {
      const sizes = view.getUint32(DATA + 1, true);
      return { width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      if ((view.getUint8(DATA) & ANIMATION_FLAG) !== 0)
        refuseImage('WebP', 'is an animation, which is not decoded');
      return { width: uint24(view, DATA + 4) + 1, height: uint24(view, DATA + 7) + 1 };
    default:
      return refuseImage('WebP', 'begins with a chunk that is not known');
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
