import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { KernelContext } from '../kernels/kernel.ts';
import type { MatrixLayout, PackedWeights } from '../kernels/packed_weights.ts';
import type { WeightSpec } from '../model_json.ts';
import { ElementPieces } from './element_pieces.ts';
import { BYTES_PER_ELEMENT, expandElements, storedWidth } from './stored_elements.ts';
import type { WeightSink } from './weight_sink.ts';

/** Elements that are expanded at once, on their way. */
const STAGED = 16 * 1024;

const FLOAT_SHIFT = 2;

/** The sink for a matrix of products: its elements go straight to their place in the packed panels. */
export class MatrixSink implements WeightSink {
  readonly #context: KernelContext;
  readonly #spec: WeightSpec;
  readonly #layout: MatrixLayout;
  readonly #tensor: Tensor;
  readonly #packed: number;
  readonly #width: number;
  readonly #pieces: ElementPieces;

  constructor(
    context: KernelContext & { readonly weights: PackedWeights },
    spec: WeightSpec,
    layout: MatrixLayout,
  ) {
    this.#context = context;
    this.#spec = spec;
    this.#layout = layout;
    this.#width = storedWidth(spec);
    const { tensor, packed } = context.weights.create(spec.shape, layout);
    this.#tensor = engine().makeTensorFromTensorInfo(tensor);
    this.#packed = packed;
    this.#pieces = new ElementPieces(this.#width, layout.k * layout.n, (elements, first) =>
      this.#store(elements, first),
    );
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

  #store(elements: Uint8Array, first: number): void {
    const { functions, heap } = this.#context;
    const { k, n, transposed } = this.#layout;
    const count = elements.length / this.#width;
    const staging = heap.scratch(Math.min(count, STAGED) * BYTES_PER_ELEMENT.float32);
    for (let from = 0; from < count; from += STAGED) {
      const until = Math.min(count, from + STAGED);
      const piece = elements.subarray(from * this.#width, until * this.#width);
      // Taken anew each time: another allocation may have grown the heap and detached older views.
      expandElements(heap.backend.wasm.HEAPU8, staging, piece, this.#spec);
      functions.place_elements(
        staging,
        this.#packed,
        k,
        n,
        transposed ? 1 : 0,
        FLOAT_SHIFT,
        first + from,
        until - from,
      );
    }
  }
}
