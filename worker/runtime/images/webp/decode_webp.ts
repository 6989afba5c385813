import module from '@cwasm/webp/webp.wasm';
import { expectRoom, type Pixels, refuseImage } from '../pixels.ts';
import { readWebpSize } from './webp_header.ts';

/** libwebp's functions, as far as the module exports them. Addresses are in its own memory. */
interface Functions {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  /** @returns where the samples are, or 0 */
  WebPDecodeRGBA(input: number, inputBytes: number, width: number, height: number): number;
}

const FUNCTIONS = ['malloc', 'free', 'WebPDecodeRGBA'];
const CHANNELS = 4;
/** A lossless image is in memory a second time while it is decoded. */
const BYTES_PER_PIXEL = 2 * CHANNELS;

/**
 * Decodes an image with alpha. Each has an instance of the decoder of its own, which can call nothing outside of it, and
 * whose memory goes with it: what a hostile file does there concerns no other image.
 *
 * @throws ExecutionError for what is not a whole WebP image, or too large a one
 */
export function decodeWebp(bytes: Uint8Array, sampleBytes: number): Pixels {
  const { width, height } = readWebpSize(bytes);
  expectRoom('WebP', { width, height }, BYTES_PER_PIXEL + CHANNELS * sampleBytes);
  const { memory, malloc, WebPDecodeRGBA } = instantiate();
  try {
    const input = malloc(bytes.length);
    const size = malloc(8);
    if (input === 0 || size === 0) refuseImage('WebP', 'cannot be decoded: there is no memory for it');
    new Uint8Array(memory.buffer).set(bytes, input);
    const output = WebPDecodeRGBA(input, bytes.length, size, size + 4);
    const decoded = new Uint32Array(memory.buffer, size, 2);
    if (output === 0 || decoded[0] !== width || decoded[1] !== height)
      refuseImage('WebP', 'is damaged or cut off');
    const values = new Uint8Array(memory.buffer, output, width * height * CHANNELS);
    return { frames: 1, width, height, channels: CHANNELS, values };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError)
      refuseImage('WebP', 'cannot be decoded: it broke the decoder');
    throw error;
  }
}

function instantiate(): Functions {
  const unavailable = () => {
    throw new Error('the decoder of WebP asked for the system');
  };
  const { exports } = new WebAssembly.Instance(module, {
    wasi_snapshot_preview1: { fd_close: unavailable, fd_seek: unavailable, fd_write: unavailable },
  });
  if (!isFunctions(exports)) throw new Error('the module of libwebp has other exports than expected');
  return exports;
}

function isFunctions(exports: object): exports is Functions {
  return (
    Reflect.get(exports, 'memory') instanceof WebAssembly.Memory &&
    FUNCTIONS.every((name) => typeof Reflect.get(exports, name) === 'function')
  );
}
