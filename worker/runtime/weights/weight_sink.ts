import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { WeightSpec } from '../model_json.ts';
import { elementCount } from '../tensor.ts';
import { float16ToNumber } from './float16.ts';

/** Takes the bytes of one weight, in any number of pieces, and makes a tensor of them. */
export interface WeightSink {
  /** Takes what belongs to this weight from the front of `bytes` and tells how many that were. */
  write(bytes: Uint8Array): number;
  readonly complete: boolean;
  /** The tensor; only when complete. Whoever calls this disposes it. */
  finish(): Tensor;
  /** Gives back what was allocated. Only instead of finish. */
  abandon(): void;
}

/** The sink for a weight: numbers go straight to their place in the wasm heap, expanded on the way. */
export function createWeightSink(backend: BackendWasm, spec: WeightSpec): WeightSink {
  if (spec.dtype === 'string') {
    if (spec.quantization !== undefined) throw new Error(`weight ${spec.name}: strings are not quantised`);
    return new StringSink(spec);
  }
  return new HeapSink(backend, spec);
}

const BYTES_PER_ELEMENT = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

class HeapSink implements WeightSink {
  readonly #backend: BackendWasm;
  readonly #tensor: Tensor;
  readonly #spec: WeightSpec;
  /** Bytes of one element as it comes, and as it lies in the heap. */
  readonly #sourceWidth: number;
  readonly #heapWidth: number;
  readonly #count: number;
  #done = 0;
  /** The first bytes of an element that was cut by the end of a piece. */
  readonly #rest = new Uint8Array(4);
  #restLength = 0;

  constructor(backend: BackendWasm, spec: WeightSpec) {
    const { dtype, quantization } = spec;
    if (dtype === 'string') throw new Error('a string has no place in the heap');
    if (
      quantization !== undefined &&
      (dtype === 'bool' || (quantization.dtype === 'float16' && dtype !== 'float32'))
    ) {
      throw new Error(`weight ${spec.name}: ${dtype} cannot be quantised as ${quantization.dtype}`);
    }
    this.#backend = backend;
    this.#spec = spec;
    this.#sourceWidth = BYTES_PER_ELEMENT[quantization?.dtype ?? dtype];
    this.#heapWidth = BYTES_PER_ELEMENT[dtype];
    this.#count = elementCount(spec.shape);
    this.#tensor = allocateTensor(backend, spec.shape, dtype);
  }

  get complete(): boolean {
    return this.#done === this.#count;
  }

  write(bytes: Uint8Array): number {
    let taken = 0;
    if (this.#restLength > 0) {
      taken = Math.min(this.#sourceWidth - this.#restLength, bytes.length);
      this.#rest.set(bytes.subarray(0, taken), this.#restLength);
      this.#restLength += taken;
      if (this.#restLength < this.#sourceWidth) return taken;
      this.#restLength = 0;
      this.#store(this.#rest.subarray(0, this.#sourceWidth));
    }
    const whole = Math.min(this.#count - this.#done, Math.floor((bytes.length - taken) / this.#sourceWidth));
    if (whole > 0) {
      this.#store(bytes.subarray(taken, taken + whole * this.#sourceWidth));
      taken += whole * this.#sourceWidth;
    }
    if (!this.complete && taken < bytes.length) {
      this.#rest.set(bytes.subarray(taken));
      this.#restLength = bytes.length - taken;
      taken = bytes.length;
    }
    return taken;
  }

  finish(): Tensor {
    return this.#tensor;
  }

  abandon(): void {
    this.#tensor.dispose();
  }

  /** Puts whole elements behind those that are there. */
  #store(bytes: Uint8Array): void {
    // Taken anew each time: another allocation may have grown the heap and detached older views.
    const heap = this.#backend.wasm.HEAPU8;
    const offset = this.#backend.getMemoryOffset(this.#tensor.dataId) + this.#done * this.#heapWidth;
    const { quantization, dtype } = this.#spec;
    this.#done += bytes.length / this.#sourceWidth;
    if (quantization === undefined) {
      heap.set(bytes, offset);
      return;
    }
    const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.length / this.#sourceWidth;
    const read =
      quantization.dtype === 'uint8'
        ? (index: number) => source.getUint8(index)
        : (index: number) => source.getUint16(index * 2, true);
    if (quantization.dtype === 'float16') {
      const target = new Float32Array(heap.buffer, offset, count);
      for (let index = 0; index < count; index++) target[index] = float16ToNumber(read(index));
      return;
    }
    const { scale, min } = quantization;
    if (dtype === 'int32') {
      const target = new Int32Array(heap.buffer, offset, count);
      for (let index = 0; index < count; index++) target[index] = Math.round(read(index) * scale + min);
    } else {
      const target = new Float32Array(heap.buffer, offset, count);
      for (let index = 0; index < count; index++) target[index] = read(index) * scale + min;
    }
  }
}

/** A tensor whose memory is reserved and not written yet. */
function allocateTensor(backend: BackendWasm, shape: number[], dtype: 'float32' | 'int32' | 'bool'): Tensor {
  const information = backend.makeOutput(shape, dtype);
  const allocated = engine().makeTensorFromTensorInfo(information);
  // malloc says 0 when memory is out, which tfjs does not look at.
  if (elementCount(shape) > 0 && backend.getMemoryOffset(information.dataId) === 0) {
    allocated.dispose();
    throw new Error(`the WebAssembly heap has no room for ${dtype} [${shape}]`);
  }
  return allocated;
}

/** Strings come as a 32-bit little-endian byte length and the bytes; tfjs keeps them outside the heap. */
class StringSink implements WeightSink {
  readonly #shape: number[];
  readonly #count: number;
  readonly #strings: Uint8Array[] = [];
  readonly #length = new Uint8Array(4);
  #lengthBytes = 0;
  #current: Uint8Array | undefined;
  #filled = 0;

  constructor(spec: WeightSpec) {
    this.#shape = spec.shape;
    this.#count = elementCount(spec.shape);
  }

  get complete(): boolean {
    return this.#strings.length === this.#count;
  }

  write(bytes: Uint8Array): number {
    let taken = 0;
    while (!this.complete && taken < bytes.length) {
      if (this.#current === undefined) {
        this.#length[this.#lengthBytes++] = bytes[taken++] ?? 0;
        if (this.#lengthBytes < 4) continue;
        this.#lengthBytes = 0;
        this.#current = new Uint8Array(new DataView(this.#length.buffer).getUint32(0, true));
        this.#filled = 0;
      } else {
        const piece = bytes.subarray(taken, taken + this.#current.length - this.#filled);
        this.#current.set(piece, this.#filled);
        this.#filled += piece.length;
        taken += piece.length;
      }
      if (this.#filled === this.#current.length) {
        this.#strings.push(this.#current);
        this.#current = undefined;
      }
    }
    return taken;
  }

  finish(): Tensor {
    return tensor(this.#strings, this.#shape, 'string');
  }

  abandon(): void {}
}
