import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT, STRING_LENGTH_BYTES } from '../../model/dtype.ts';
import type { WeightSpec } from '../../model/model_json.ts';
import { expandElements, quantizationFault, storedWidth } from '../../model/quantization.ts';
import { elementCount } from '../../model/tensor.ts';
import type { KernelContext } from '../kernels/kernel.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';
import type { PackedWeights } from '../kernels/packing/packed_weights.ts';
import { ElementPieces } from './element_pieces.ts';
import { MatrixSink } from './matrix_sink.ts';
import { keptElements } from './quantized_weight.ts';
import { dequantizedBytes, type WeightAllowance } from './weight_allowance.ts';
import type { WeightSink } from './weight_sink.ts';

/**
 * Creates the sink of a weight. It dequantizes numbers and writes them directly to their final position in the
 * WebAssembly heap.
 *
 * @param layout the layout if the weight is predicted to be a matrix of products
 * @param allowance the limit of all weights' memory; absent if the manifest declares none
 */
export function createWeightSink(
  context: KernelContext & { readonly weights: PackedWeights },
  spec: WeightSpec,
  layout?: MatrixLayout,
  allowance?: WeightAllowance,
): WeightSink {
  const fault = quantizationFault(spec);
  if (fault !== undefined) throw new Error(`weight ${spec.name}: ${fault}`);
  if (spec.dtype === 'string') return new StringSink(spec, allowance);
  if (layout === undefined) {
    allowance?.take(spec.name, dequantizedBytes(spec));
    return new HeapSink(context.heap.backend, spec, spec.dtype);
  }
  const elements = keptElements(spec, layout);
  const bytes = elements === undefined ? dequantizedBytes(spec) : layout.k * layout.n * storedWidth(spec);
  allowance?.take(spec.name, bytes);
  return new MatrixSink(context, spec, layout, elements);
}

class HeapSink implements WeightSink {
  readonly #tensor: Tensor;
  readonly #pieces: ElementPieces;

  constructor(backend: BackendWasm, spec: WeightSpec, dtype: 'float32' | 'int32' | 'bool') {
    const width = storedWidth(spec);
    const allocated = allocateTensor(backend, spec.shape, dtype);
    this.#tensor = allocated;
    this.#pieces = new ElementPieces(width, elementCount(spec.shape), (elements, first) => {
      const address = backend.getMemoryOffset(allocated.dataId) + first * BYTES_PER_ELEMENT[dtype];
      // The view is fetched each time, since another allocation may have grown the heap and detached older views.
      expandElements(backend.wasm.HEAPU8, address, elements, spec);
    });
  }

  get complete(): boolean {
    return this.#pieces.complete;
  }

  write(bytes: Uint8Array): number {
    return this.#pieces.write(bytes);
  }

  finish(): Tensor {
    return this.#tensor;
  }

  abandon(): void {
    this.#tensor.dispose();
  }
}

/**
 * Allocates a tensor without writing its memory.
 *
 * @throws if memory is out
 */
function allocateTensor(backend: BackendWasm, shape: number[], dtype: 'float32' | 'int32' | 'bool'): Tensor {
  const information = backend.makeOutput(shape, dtype);
  const allocated = engine().makeTensorFromTensorInfo(information);
  // malloc returns 0 if memory is out, which tfjs does not check.
  if (elementCount(shape) > 0 && backend.getMemoryOffset(information.dataId) === 0) {
    allocated.dispose();
    throw new Error(`the WebAssembly heap has no room for ${dtype} [${shape}]`);
  }
  return allocated;
}

/** Reads strings, each a 32-bit little-endian byte length and the bytes. tfjs keeps them outside of the heap. */
class StringSink implements WeightSink {
  readonly #shape: number[];
  readonly #count: number;
  readonly #strings: Uint8Array[] = [];
  readonly #length = new Uint8Array(STRING_LENGTH_BYTES);
  #lengthBytes = 0;
  #current: Uint8Array | undefined;
  #filled = 0;

  readonly #name: string;
  readonly #allowance: WeightAllowance | undefined;

  constructor(spec: WeightSpec, allowance: WeightAllowance | undefined) {
    this.#name = spec.name;
    this.#allowance = allowance;
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
        if (this.#lengthBytes < STRING_LENGTH_BYTES) continue;
        this.#lengthBytes = 0;
        const length = new DataView(this.#length.buffer).getUint32(0, true);
        this.#allowance?.take(this.#name, length);
        this.#current = new Uint8Array(length);
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
