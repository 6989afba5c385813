import type { Heap } from '../heap.ts';
import {
  type ElementFormatName,
  type MatrixLayout,
  PANEL,
  type PackedMatrix,
  type QuantizedPart,
} from './packed_matrix.ts';

/** Elements that stay as a model's file has them. */
export interface QuantizedElements {
  readonly format: ElementFormatName;
  /** A value is an element times this, plus `min`. */
  readonly scale: number;
  readonly min: number;
  /** Writes elements as they are stored to an address in the heap, as float32. */
  readonly expand: (heap: Uint8Array, address: number, stored: Uint8Array) => void;
}

const MOST = { uint8: 2 ** 8 - 1, uint16: 2 ** 16 - 1, float16: 0 } as const;

/** 2 to the power of this is how many bytes an element has. */
export function elementShift(elements: QuantizedElements | undefined): 0 | 1 | 2 {
  if (elements === undefined) return 2;
  return elements.format === 'uint8' ? 0 : 1;
}

/** What is to be allocated for a matrix. Its vectors, if it is quantized, come first. */
export function packedBlock(
  { k, n }: MatrixLayout,
  elements: QuantizedElements | undefined,
): { readonly bytes: number; readonly panels: number; readonly padding: number } {
  const panels = elements === undefined ? 0 : Math.ceil((2 * n * 4) / 16) * 16;
  const rows = 4 >> elementShift(elements);
  const panelBytes = Math.ceil(k / rows) * 4 * PANEL;
  const bytes = panels + Math.ceil(n / PANEL) * panelBytes;
  // What may lie beyond the last column.
  return { bytes, panels, padding: bytes - panelBytes };
}

/** Fills in all but the elements of a matrix in a block of that kind. */
export function preparePacked(
  { backend }: Heap,
  address: number,
  layout: MatrixLayout,
  elements: QuantizedElements | undefined,
): PackedMatrix {
  const { bytes, panels, padding } = packedBlock(layout, elements);
  backend.wasm.HEAPU8.fill(0, address + padding, address + bytes);
  if (elements === undefined) return { address };
  const { format, scale, min } = elements;
  // The element that stands for about 0.
  const zero = Math.min(MOST[format], Math.max(0, Math.round(-min / scale))) || 0;
  const vectors = address >> 2;
  const { n } = layout;
  backend.wasm.HEAPF32.fill(scale, vectors, vectors + n);
  backend.wasm.HEAPF32.fill(min + zero * scale, vectors + n, vectors + 2 * n);
  const quantized: QuantizedPart = { vectors: address, format, zero };
  return { address: address + panels, quantized };
}
