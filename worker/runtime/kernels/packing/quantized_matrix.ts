import type { Heap } from '../heap.ts';
import {
  type ElementFormatName,
  type MatrixLayout,
  PANEL,
  type PackedMatrix,
  type QuantizedPart,
} from './packed_matrix.ts';

/** Elements that stay quantized as in a model's file. */
export interface QuantizedElements {
  readonly format: ElementFormatName;
  /** A value is `element * scale + min`. */
  readonly scale: number;
  readonly min: number;
  /** Dequantizes stored elements to float32 at an address in the heap. */
  readonly expand: (heap: Uint8Array, address: number, stored: Uint8Array) => void;
}

const MOST = { uint8: 2 ** 8 - 1, uint16: 2 ** 16 - 1, float16: 0 } as const;

/** Returns the binary logarithm of an element's bytes. */
export function elementShift(elements: QuantizedElements | undefined): 0 | 1 | 2 {
  if (elements === undefined) return 2;
  return elements.format === 'uint8' ? 0 : 1;
}

/**
 * Returns the bytes of a packed matrix's allocation, and the offsets of its panels and of the part that contains
 * padding. The vectors of a quantized matrix precede its panels.
 */
export function packedBlock(
  { k, n }: MatrixLayout,
  elements: QuantizedElements | undefined,
): { readonly bytes: number; readonly panels: number; readonly padding: number } {
  const panels = elements === undefined ? 0 : Math.ceil((2 * n * 4) / 16) * 16;
  const rows = 4 >> elementShift(elements);
  const panelBytes = Math.ceil(k / rows) * 4 * PANEL;
  const bytes = panels + Math.ceil(n / PANEL) * panelBytes;
  // The last panel may contain padding beyond the last column.
  return { bytes, panels, padding: bytes - panelBytes };
}

/** Initializes an allocation except for the matrix's elements. */
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
  // The element whose value is nearest to 0.
  const zero = Math.min(MOST[format], Math.max(0, Math.round(-min / scale))) || 0;
  const vectors = address >> 2;
  const { n } = layout;
  backend.wasm.HEAPF32.fill(scale, vectors, vectors + n);
  backend.wasm.HEAPF32.fill(min + zero * scale, vectors + n, vectors + 2 * n);
  const quantized: QuantizedPart = { vectors: address, format, zero };
  return { address: address + panels, quantized };
}
