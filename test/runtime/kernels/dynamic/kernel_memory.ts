import type { RegisteredKernels } from '../../../../worker/runtime/kernels/register_kernels.ts';
import { randomValues } from '../../../fixtures/kernels/comparison.ts';

/** Both instructions of both builds. The build without relaxed SIMD has only one. */
export const VARIANTS = [
  { build: 0, fused: 0 },
  { build: 0, fused: 1 },
  { build: 1, fused: 0 },
] as const;

/** What memory contains that no kernel has written. */
export const GARBAGE = 0xa5;

/** The nearest integer, ties to the even one. */
export function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Elements from 0 to 255, with more of the extreme ones than chance gives. */
export function randomElements(count: number, seed: number): Uint8Array {
  return Uint8Array.from(randomValues(count, seed, 160), (value) =>
    Math.min(255, Math.max(0, Math.round(value + 128))),
  );
}

/** Calls `use` with blocks of memory of so many bytes, all of which contain garbage. */
export function withMemory<Result>(
  { heap }: RegisteredKernels,
  sizes: readonly number[],
  use: (addresses: readonly number[]) => Result,
): Result {
  const addresses = sizes.map((bytes) => heap.allocate(bytes));
  for (const [index, address] of addresses.entries())
    heap.backend.wasm.HEAPU8.fill(GARBAGE, address, address + (sizes[index] ?? 0));
  try {
    return use(addresses);
  } finally {
    for (const address of addresses) heap.free(address);
  }
}

export function floats({ heap }: RegisteredKernels, address: number, count: number): Float32Array {
  return heap.backend.wasm.HEAPF32.subarray(address >> 2, (address >> 2) + count);
}
