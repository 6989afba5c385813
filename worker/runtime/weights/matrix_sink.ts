import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { WeightSpec } from '../../model/model_json.ts';
import { expandElements, storedWidth } from '../../model/quantization.ts';
import type { KernelContext } from '../kernels/kernel.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';
import type { PackedWeights } from '../kernels/packing/packed_weights.ts';
import { elementShift, type QuantizedElements } from '../kernels/packing/quantized_matrix.ts';
import { ElementPieces } from './element_pieces.ts';
import type { WeightSink } from './weight_sink.ts';

/** The elements of the staging buffer. */
const STAGED = 64 * 1024;

/** The sink of a matrix of products. It writes elements directly to their final position in the packed panels. */
export class MatrixSink implements WeightSink {
  readonly #context: KernelContext & { readonly weights: PackedWeights };
  readonly #spec: WeightSpec;
  readonly #layout: MatrixLayout;
  readonly #elements: QuantizedElements | undefined;
  readonly #tensor: Tensor;
  readonly #packed: number;
  readonly #width: number;
  readonly #pieces: ElementPieces;
  #isInfinite = false;

  /** @param elements the quantized elements, or undefined if they become float32 */
  constructor(
    context: KernelContext & { readonly weights: PackedWeights },
    spec: WeightSpec,
    layout: MatrixLayout,
    elements: QuantizedElements | undefined,
  ) {
    this.#context = context;
    this.#spec = spec;
    this.#layout = layout;
    this.#width = storedWidth(spec);
    this.#elements = elements;
    const { tensor, matrix } = context.weights.create(spec.shape, layout, elements);
    this.#tensor = engine().makeTensorFromTensorInfo(tensor);
    this.#packed = matrix.address;
    this.#pieces = new ElementPieces(this.#width, layout.k * layout.n, (piece, first) =>
      this.#store(piece, first),
    );
  }

  get complete(): boolean {
    return this.#pieces.complete;
  }

  write(bytes: Uint8Array): number {
    return this.#pieces.write(bytes);
  }

  finish(): Tensor {
    // Requesting the address of the float32 original converts the matrix.
    if (this.#isInfinite) this.#context.heap.address(this.#tensor);
    return this.#tensor;
  }

  abandon(): void {
    this.#tensor.dispose();
  }

  #store(elements: Uint8Array, first: number): void {
    const { functions, heap } = this.#context;
    const { k, n, transposed } = this.#layout;
    const shift = elementShift(this.#elements);
    const count = elements.length / this.#width;
    const staging = heap.scratch(Math.min(count, STAGED) << shift);
    for (let from = 0; from < count; from += STAGED) {
      const until = Math.min(count, from + STAGED);
      const piece = elements.subarray(from * this.#width, until * this.#width);
      // The view is fetched each time, since another allocation may have grown the heap and detached older views.
      const memory = heap.backend.wasm.HEAPU8;
      if (this.#elements === undefined) expandElements(memory, staging, piece, this.#spec);
      else memory.set(piece, staging);
      const size = until - from;
      functions.place_elements(staging, this.#packed, k, n, transposed ? 1 : 0, shift, first + from, size);
      if (this.#elements?.format === 'float16' && functions.has_infinite_half(staging, size) === 1)
        this.#isInfinite = true;
    }
  }
}
