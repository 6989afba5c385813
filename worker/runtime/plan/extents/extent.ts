import type { AddressRole, KernelName, Parameter, ParameterType } from '../../kernels/kernel_functions.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { Arguments } from '../ir/function_step.ts';

/** The bytes of a float or an integer of 32 bits. */
export const WORD = 4;

/** The bytes that kernels for vectors of bytes may use behind the last one. */
export const BEHIND = 15;

/** Pieces of memory of the same size, one `step` after the other. */
export interface Pieces {
  readonly start: number;
  readonly bytes: number;
  /** From the outermost dimension to the innermost. */
  readonly dimensions: readonly { readonly count: number; readonly step: number }[];
}

/** Rows that a kernel quantized. Some kernels read places in them that only such rows have. */
export interface QuantizedRows {
  readonly by: 'quantize_rows' | 'quantize_tensor';
  readonly rows: number;
  readonly width: number;
}

/** What a call does with the memory at one of its addresses. All positions are in bytes from the address. */
export interface Extent {
  readonly from: number;
  readonly until: number;
  /** Bytes after `until` that the call may also read, or overwrite, though they change no result. */
  readonly behind: number;
  readonly isOptional: boolean;
  /** What a call writes, unless it writes everything from `from` to `until`. */
  readonly pieces?: Pieces;
  /**
   * What must be there before the call reads it, or is there after the call wrote it, if it is more than numbers. Such rows
   * have bytes that no kernel writes or reads.
   */
  readonly rows?: QuantizedRows;
}

type AddressOf<Name extends KernelName> = {
  [Of in Parameter<Name>]: ParameterType<Name, Of> extends AddressRole ? Of : never;
}[Parameter<Name>];

/**
 * Returns the extent of each address of a call, or undefined if the kernel does not define what it does with such arguments.
 * Numbers are integers of 32 bits or floats. No range of memory has more than `MOST_RANGE_BYTES`: a rule may compute an extent
 * by functions of the kernels that are right up to that number.
 */
export type ExtentRule<Name extends KernelName> = (
  given: Arguments<Name>,
  functions: KernelFunctions,
) => Readonly<Record<AddressOf<Name>, Extent>> | undefined;

/** More than an isolate has, and so few that kernels can add up several of such numbers in 32 bits. */
export const MOST_RANGE_BYTES = 2 ** 28;

/** Returns the extent of so many bytes. */
export function bytes(count: number): Extent {
  return { from: 0, until: count, behind: 0, isOptional: false };
}

/** Returns the extent of so many floats or integers of 32 bits. */
export function words(count: number): Extent {
  return bytes(count * WORD);
}

/** Returns the extent of so many bytes, of which the last ones are used as a whole vector. */
export function vectorBytes(count: number): Extent {
  return { ...bytes(count), behind: BEHIND };
}

/** Returns the same extent of a tensor that may be absent. */
export function optional(extent: Extent): Extent {
  return { ...extent, isOptional: true };
}

/** True if all numbers are sizes that a kernel takes. */
export function areSizes(...sizes: readonly number[]): boolean {
  return sizes.every((size) => size >= 1 && size <= MOST_RANGE_BYTES);
}
