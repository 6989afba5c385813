import {
  type AddressRole,
  instantiateKernels,
  isAddressRole,
  type KernelName,
  parametersOf,
} from '../../../../worker/runtime/kernels/kernel_functions.ts';
import type { KernelFunctions } from '../../../../worker/runtime/kernels/kernel_signatures.ts';
import type { Extent } from '../../../../worker/runtime/plan/extents/extent.ts';
import type { CallNumbers } from './random_calls.ts';

const PAGES = 24;
const PAGE_BYTES = 65536;

/** The bytes between two ranges, more than a kernel uses behind one. */
const GUARD = 48;

/** The kernels of a build with a memory of their own. */
export interface TestKernels {
  readonly functions: KernelFunctions;
  readonly memory: Uint8Array;
}

export function testKernels(module: WebAssembly.Module): TestKernels {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  return { functions: instantiateKernels(module, memory), memory: new Uint8Array(memory.buffer) };
}

/** An address of a call in memory. */
export interface PlacedExtent {
  readonly parameter: string;
  readonly role: AddressRole;
  readonly extent: Extent;
  readonly address: number;
}

/**
 * Places the ranges of a call, the last one at the end of memory, where a kernel that reads too much fails.
 *
 * @returns undefined if they are too large for the memory
 */
export function placed(
  name: KernelName,
  numbers: CallNumbers,
  extents: Readonly<Record<string, Extent>>,
): readonly PlacedExtent[] | undefined {
  let end = PAGES * PAGE_BYTES;
  const found: PlacedExtent[] = [];
  for (const [parameter, role] of parametersOf(name).toReversed()) {
    const extent = extents[parameter];
    if (!isAddressRole(role) || extent === undefined || numbers[parameter] === 0) continue;
    const start = Math.floor((end - extent.until - extent.behind + extent.from) / 4) * 4;
    const address = extent.behind === 0 && extent.until % 4 === 0 ? end - extent.until : start - extent.from;
    found.push({ parameter, role, extent, address });
    end = Math.floor((address + extent.from - GUARD) / 4) * 4;
  }
  return end > PAGE_BYTES ? found : undefined;
}

/** Writes numbers that are finite as floats and as half-precision floats, and any as bytes. */
export function fillWithNumbers(memory: Uint8Array, from: number, until: number, seed: number): void {
  let state = (seed * 2654435761 + from * 40503 + 12345) >>> 0;
  for (let at = from; at < until; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const random = state >>> 24;
    const place = (at - from) % 4;
    const high = [0x3f, 0xbf, 0x40, 0x3e][random % 4] ?? 0;
    memory[at] = place === 3 ? high : place === 1 ? random & 0x3f : random;
  }
}

/** Returns the bytes that a call writes at an address, as pairs of their first place and the place behind the last one. */
export function writtenPlaces({ address, extent }: PlacedExtent): readonly (readonly [number, number])[] {
  const { pieces, from, until } = extent;
  if (pieces === undefined) return [[address + from, address + until]];
  let starts = [address + pieces.start];
  for (const { count, step } of pieces.dimensions)
    starts = starts.flatMap((start) => Array.from({ length: count }, (_, index) => start + index * step));
  return starts.map((start) => [start, start + pieces.bytes]);
}

/**
 * Writes the biases and the scales of a requantization of so many channels, whose results differ where its sums do.
 *
 * @param step the bytes from one panel or block of channels to the next
 */
export function fillHeads(
  memory: Uint8Array,
  from: number,
  until: number,
  channels: number,
  step: number,
): void {
  const view = new DataView(memory.buffer);
  for (let head = from; head < until; head += step)
    for (let channel = 0; channel < channels; channel += 1) {
      view.setInt32(head + 4 * channel, 40 * channel - 300, true);
      view.setFloat32(head + 4 * (channels + channel), 0.004, true);
    }
}
