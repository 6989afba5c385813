import module from '@cwasm/jpeg-turbo/jpeg-turbo.wasm';
import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';

/** TurboJPEG's functions, as far as the module exports them. Addresses are in its own memory. */
interface Functions {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  /** @returns a decompressor, or 0 */
  tjInitDecompress(): number;
  /** @returns 0, or -1 after an error or a warning */
  tjDecompress2(
    decompressor: number,
    input: number,
    inputBytes: number,
    output: number,
    width: number,
    bytesPerRow: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
  tjDestroy(decompressor: number): number;
}

const FUNCTIONS = ['malloc', 'free', 'tjInitDecompress', 'tjDecompress2', 'tjDestroy'];

/** An instance whose memory grew beyond this is not kept, since memory does not shrink. Bytes. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

export interface JpegRequest {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** TurboJPEG's number of the order of samples. */
  readonly pixelFormat: number;
  readonly flags: number;
}

export type Decompressed =
  /** The samples, which are valid until the next call; `warning` says what was wrong with the data. */
  | { readonly kind: 'decompressed'; readonly values: Uint8Array; readonly warning: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

let running: Libjpeg | undefined;
/** The last large instance: used again as long as it was not collected, so that several do not pile up as garbage. */
let large: WeakRef<Libjpeg> | undefined;

/** Decompresses a JPEG image. The module is instantiated for the first one, and anew after an image that it refused. */
export function decompress(bytes: Uint8Array, request: JpegRequest): Decompressed {
  const libjpeg = running ?? large?.deref() ?? new Libjpeg();
  running = undefined;
  large = undefined;
  const result = libjpeg.decompress(bytes, request);
  if (result.kind === 'failed') return result;
  if (libjpeg.memoryBytes > MOST_KEPT_BYTES) large = new WeakRef(libjpeg);
  else running = libjpeg;
  return result;
}

/** What libjpeg does on an error: it leaves all of its functions at once. */
class FatalError extends CodedError {
  override readonly code: ErrorCode = 'ERR_JPEG_INVALID';
}

class Libjpeg {
  readonly #functions: Functions;
  /** Where libjpeg puts its message; undefined where that is not known. */
  readonly #message: number | undefined;

  constructor() {
    const unavailable = () => {
      throw new FatalError('it asked for the system');
    };
    const { exports } = new WebAssembly.Instance(module, {
      env: {
        setjmp: () => 0,
        longjmp: () => {
          throw new FatalError('it cannot be decoded');
        },
      },
      wasi_snapshot_preview1: {
        environ_sizes_get: () => 0,
        environ_get: unavailable,
        proc_exit: unavailable,
        fd_close: unavailable,
        fd_seek: unavailable,
        fd_write: unavailable,
      },
    });
    if (!isFunctions(exports)) throw new Error('the module of libjpeg has other exports than expected');
    this.#functions = exports;
    this.#message = placeOfMessage(new Uint8Array(exports.memory.buffer));
  }

  get memoryBytes(): number {
    return this.#functions.memory.buffer.byteLength;
  }

  decompress(bytes: Uint8Array, request: JpegRequest): Decompressed {
    const { malloc, free, tjInitDecompress, tjDecompress2, tjDestroy, memory } = this.#functions;
    const { width, height, channels, pixelFormat, flags } = request;
    const size = width * height * channels;
    try {
      const [input, output] = [malloc(bytes.length), malloc(size)];
      const decompressor = tjInitDecompress();
      if (input === 0 || output === 0 || decompressor === 0)
        return { kind: 'failed', reason: 'there is no memory for it' };
      const heap = new Uint8Array(memory.buffer);
      heap.set(bytes, input);
      // What libjpeg does not write must not be of another image.
      heap.fill(0, output, output + size);
      const status = tjDecompress2(
        decompressor,
        input,
        bytes.length,
        output,
        width,
        width * channels,
        height,
        pixelFormat,
        flags,
      );
      const values = new Uint8Array(memory.buffer, output, size);
      tjDestroy(decompressor);
      free(input);
      free(output);
      return { kind: 'decompressed', values, warning: status === 0 ? undefined : this.#lastMessage() };
    } catch (error) {
      if (error instanceof FatalError) return { kind: 'failed', reason: this.#lastMessage() };
      if (error instanceof WebAssembly.RuntimeError)
        return { kind: 'failed', reason: 'it broke the decoder' };
      throw error;
    }
  }

  #lastMessage(): string {
    if (this.#message === undefined) return 'it is damaged';
    const text = new Uint8Array(this.#functions.memory.buffer, this.#message, LONGEST_MESSAGE);
    const end = text.indexOf(0);
    return String.fromCharCode(...text.subarray(0, end === -1 ? 0 : end));
  }
}

/** libjpeg's JMSG_LENGTH_MAX. */
const LONGEST_MESSAGE = 200;
const NO_MESSAGE = Uint8Array.from('No error\0', (character) => character.charCodeAt(0));

/** TurboJPEG's buffer for messages, which nothing exports, begins with this text. */
function placeOfMessage(memory: Uint8Array): number | undefined {
  const first = NO_MESSAGE[0] ?? 0;
  for (let at = memory.indexOf(first); at !== -1; at = memory.indexOf(first, at + 1)) {
    if (!NO_MESSAGE.every((byte, index) => memory[at + index] === byte)) continue;
    // A buffer is empty behind its text, where constants follow each other.
    if (memory.subarray(at + NO_MESSAGE.length, at + LONGEST_MESSAGE).every((byte) => byte === 0)) return at;
  }
  return undefined;
}

function isFunctions(exports: object): exports is Functions {
  return (
    Reflect.get(exports, 'memory') instanceof WebAssembly.Memory &&
    FUNCTIONS.every((name) => typeof Reflect.get(exports, name) === 'function')
  );
}
