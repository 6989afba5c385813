import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount } from '../../../model/tensor.ts';
import { isAddressRole, parametersOf } from '../../kernels/kernel_functions.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import {
  bytes as bytesExtent,
  type Extent,
  MOST_RANGE_BYTES,
  type QuantizedRows,
} from '../extents/extent.ts';
import { extentsOf } from '../extents/extents_of.ts';
import { PieceBudget, WrittenBytes } from '../extents/written_bytes.ts';
import type { BufferId } from '../ir/buffers.ts';
import { type FunctionStep, isPlace, orderedArguments } from '../ir/function_step.ts';
import type { KernelStep, Step } from '../ir/step.ts';

/** A range of memory of a plan. Its number is its position in the list of all of them. */
export interface MemoryRange {
  readonly kind: 'buffer' | 'constant';
  readonly bytes: number;
}

/** The first bytes of a range. */
export interface RangeStart {
  readonly buffer: BufferId;
  readonly bytes: number;
}

/**
 * Checks steps whose numbers come from outside, before they run.
 *
 * All that a step reads and writes lies in a range, and it writes no constant. What it reads of a buffer was written before, by
 * the request or an earlier step: the memory of a buffer may have data of another request. Kernels find places in scratch memory,
 * which a step uses for nothing else, and in quantized rows, which a kernel quantized.
 *
 * @param inputs what is written before the first step
 * @param outputs what is read after the last one
 * @returns what is wrong, or undefined
 */
export function stepFault(
  steps: readonly Step[],
  ranges: readonly MemoryRange[],
  inputs: readonly RangeStart[],
  outputs: readonly RangeStart[],
  functions: KernelFunctions,
): string | undefined {
  const check = new StepCheck(ranges, functions);
  try {
    for (const { buffer, bytes } of inputs) check.write(buffer, 0, bytesExtent(bytes), 'an input');
    for (const step of steps) {
      if (step.kind === 'function') check.call(step);
      else check.kernel(step);
    }
    for (const { buffer, bytes } of outputs) check.read(buffer, 0, bytesExtent(bytes), 'an output');
  } catch (error) {
    if (error instanceof DamagedPlanError) return error.message;
    throw error;
  }
  return undefined;
}

/** A prepared plan is damaged, or was forged. It is not used. */
export class DamagedPlanError extends CodedError {
  override readonly code: ErrorCode = 'ERR_PLAN_DAMAGED';
}

class StepCheck {
  readonly #ranges: readonly MemoryRange[];
  readonly #functions: KernelFunctions;
  readonly #written: readonly WrittenBytes[];
  /** The quantized rows that a buffer begins with. */
  readonly #rows = new Map<BufferId, QuantizedRows>();

  constructor(ranges: readonly MemoryRange[], functions: KernelFunctions) {
    this.#ranges = ranges;
    this.#functions = functions;
    const budget = new PieceBudget();
    this.#written = ranges.map(() => new WrittenBytes(budget));
  }

  call(step: FunctionStep): void {
    const { name } = step;
    const extents = extentsOf(step, this.#functions);
    if (extents === undefined) throw new DamagedPlanError(`${name} does not take such arguments`);
    const values = orderedArguments(step);
    const uses = parametersOf(name).flatMap(([parameter, role], position) => {
      const value = values[position] ?? 0;
      const extent = extents[parameter];
      if (!isAddressRole(role)) return [];
      if (extent === undefined) throw new DamagedPlanError(`${name} has no rule for ${parameter}`);
      if (isPlace(value)) return [{ role, extent, ...value, what: `${parameter} of ${name}` }];
      if (value !== 0 || !extent.isOptional)
        throw new DamagedPlanError(`${name} takes ${parameter} of no range`);
      return [];
    });
    for (const { role, buffer, offset, extent, what } of uses)
      if (role === 'Input') this.read(buffer, offset, extent, what);
    for (const { role, buffer, offset, extent, what } of uses) {
      if (role === 'Output') this.write(buffer, offset, extent, what);
      if (role === 'Scratch') this.#change(buffer, offset, extent, what);
      // Kernels keep addresses there, which results would overwrite.
      if (role === 'Scratch' && uses.filter((use) => use.buffer === buffer).length > 1)
        throw new DamagedPlanError(`${what} is used twice`);
    }
  }

  kernel({ name, inputs, outputs }: KernelStep): void {
    for (const [parameter, input] of inputs)
      if (input.kind === 'buffer')
        this.read(input.buffer, 0, bytesExtent(bytesOf(input)), `${parameter} of ${name}`);
    for (const output of outputs)
      this.write(output.buffer, 0, bytesExtent(bytesOf(output)), `a result of ${name}`);
  }

  read(buffer: BufferId, offset: number, extent: Extent, what: string): void {
    const { kind } = this.#range(buffer, offset, extent, what);
    const { rows } = extent;
    if (rows !== undefined) {
      const known = this.#rows.get(buffer);
      const isKnown = known?.by === rows.by && known.width === rows.width && known.rows >= rows.rows;
      if (!isKnown || offset !== 0) throw new DamagedPlanError(`${what} are not rows of ${rows.by}`);
    } else if (kind === 'buffer' && !this.#written[buffer]?.has(offset + extent.from, offset + extent.until))
      throw new DamagedPlanError(`${what} is not written before`);
  }

  write(buffer: BufferId, offset: number, extent: Extent, what: string): void {
    this.#change(buffer, offset, extent, what);
    const written = this.#written[buffer];
    const { from, until, pieces, rows } = extent;
    if (rows !== undefined) {
      if (offset === 0) this.#rows.set(buffer, rows);
      return;
    }
    const isAdded =
      pieces === undefined ? written?.add(offset + from, offset + until) : written?.addPieces(offset, pieces);
    if (!isAdded) throw new DamagedPlanError(`${what} is written in too many pieces`);
  }

  /** Checks that memory may be changed, which has no quantized rows afterwards. */
  #change(buffer: BufferId, offset: number, extent: Extent, what: string): void {
    const { kind } = this.#range(buffer, offset, extent, what);
    if (kind === 'constant') throw new DamagedPlanError(`${what} is a constant`);
    this.#rows.delete(buffer);
  }

  /** Returns the range of an address. Its end matters to what is read behind an extent in a buffer only. */
  #range(buffer: BufferId, offset: number, { from, until, behind }: Extent, what: string): MemoryRange {
    const range = this.#ranges[buffer];
    if (range === undefined || range.bytes > MOST_RANGE_BYTES)
      throw new DamagedPlanError(`${what} has no range ${buffer}`);
    const end = offset + until + (range.kind === 'buffer' ? behind : 0);
    if (!(offset >= 0 && offset + from >= 0 && end <= range.bytes))
      throw new DamagedPlanError(`${what} is beyond the range ${buffer}`);
    return range;
  }
}

function bytesOf({ shape, dtype }: KernelStep['outputs'][number]): number {
  if (dtype === 'string' || dtype === 'complex64') throw new DamagedPlanError(`a kernel takes ${dtype}`);
  return elementCount(shape) * BYTES_PER_ELEMENT[dtype];
}
