import { ExecutionError } from '../loaded_model.ts';
import type { ImageFormat } from './image_format.ts';

/**
 * What was decoded: samples in row-major order, [frame, row, column, channel]. They may lie in a decoder's memory, and are
 * valid until the next image is decoded.
 */
export interface Pixels {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Uint8Array | Uint16Array;
}

/** What decoding one image may take outside of the heap, whose limit does not count it. Bytes. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Whether an image may be decoded. @param bytes that a pixel takes while it is decoded */
export function hasRoom({ width, height }: ImageSize, bytes: number): boolean {
  return width * height * bytes <= MOST_BYTES;
}

/** @throws ExecutionError: the file is not an image that can be decoded */
export function refuseImage(format: ImageFormat, what: string): never {
  throw new ExecutionError(`the ${format} image ${what}`);
}

/**
 * To be called with what the header says, before anything of that size is allocated.
 *
 * @param bytes that a pixel takes while it is decoded
 * @throws ExecutionError where the image is empty, or too large
 */
export function expectRoom(format: ImageFormat, size: ImageSize, bytes: number): void {
  const { width, height } = size;
  if (width === 0 || height === 0) refuseImage(format, `says that it has ${width} x ${height} pixels`);
  if (!hasRoom(size, bytes)) {
    const most = Math.floor(MOST_BYTES / bytes);
    refuseImage(
      format,
      `says that it has ${width} x ${height} pixels, and one of its kind may have ${most} in all: make it smaller before you send it`,
    );
  }
}
