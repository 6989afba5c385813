import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../../scripts/build/kernel_build.ts';
import { type KernelName, parametersOf } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { SIGNATURES } from '../../../../worker/runtime/kernels/kernel_signatures.ts';
import { EXTENT_RULES } from '../../../../worker/runtime/plan/extents/extent_rules.ts';
import { extentsOf } from '../../../../worker/runtime/plan/extents/extents_of.ts';
import { functionStep } from '../../../../worker/runtime/plan/ir/function_step.ts';
import { VARIANTS } from '../../../fixtures/kernels/integer_values.ts';
import { compiled } from '../../../fixtures/kernels/node_backend.ts';
import {
  fillHeads,
  fillWithNumbers,
  type PlacedExtent,
  placed,
  type TestKernels,
  testKernels,
  writtenPlaces,
} from './call_memory.ts';
import { type CallNumbers, randomCalls } from './random_calls.ts';

const RUNS = Number(process.env.EXTENT_RUNS ?? 60);

/** What memory contains that the call has nothing to do with: NaN, and small numbers. */
const POISONS = [0xff, 0x11] as const;

const BUILDS = KERNEL_BUILDS.map(({ output }) => testKernels(compiled(output)));

function isKernelName(name: string): name is KernelName {
  return Object.hasOwn(SIGNATURES, name);
}
const STEPS = Object.keys(SIGNATURES)
  .filter(isKernelName)
  .filter((name) => EXTENT_RULES[name] !== undefined);

/** Fills what a call reads. It is the same for each poison, except for the bytes of quantized rows that have no meaning. */
function fillInputs(
  { functions, memory }: TestKernels,
  numbers: CallNumbers,
  ranges: readonly PlacedExtent[],
  seed: number,
): void {
  const view = new DataView(memory.buffer);
  for (const { parameter, role, address, extent } of ranges) {
    if (role !== 'Input') continue;
    const { from, until, rows } = extent;
    if (rows === undefined) fillWithNumbers(memory, address + from, address + until, seed);
    else if (rows.by === 'quantize_rows') {
      fillWithNumbers(memory, 64, 64 + rows.rows * rows.width * 4, seed);
      functions.quantize_rows(64, address, rows.rows, rows.width, 0.5);
    } else {
      view.setFloat32(0, 0.01, true);
      view.setFloat32(4, 128, true);
      fillWithNumbers(memory, 64, 64 + rows.rows * rows.width * 4, seed);
      functions.quantize_tensor(64, 0, 4, address, rows.rows, rows.width);
    }
    if (parameter === 'head') fillHeads(memory, address, address + until, 8, 64);
    if (parameter === 'packed' && 'period' in numbers) {
      const { filterHeight = 1, filterWidth = 1 } = numbers;
      fillHeads(memory, address, address + until, 16, 128 + 64 * filterWidth * Math.ceil(filterHeight / 4));
    }
    if (parameter === 'divisor') view.setFloat32(address, 0.5, true);
    if (parameter === 'zero') view.setFloat32(address, Math.abs(numbers.width ?? 0), true);
  }
}

/** Calls a kernel, and returns the memory afterwards and before. */
function called(
  kernels: TestKernels,
  name: KernelName,
  numbers: CallNumbers,
  ranges: readonly PlacedExtent[],
  seed: number,
  poison: number,
): { readonly before: Uint8Array; readonly after: Uint8Array; readonly result: unknown } {
  const { functions, memory } = kernels;
  memory.fill(poison);
  fillInputs(kernels, numbers, ranges, seed);
  const before = memory.slice();
  const places = new Map(ranges.map(({ parameter, address }) => [parameter, address]));
  const values = parametersOf(name).map(([parameter]) => places.get(parameter) ?? numbers[parameter] ?? 0);
  const call: (...values: never[]) => unknown = functions[name];
  const result: unknown = Reflect.apply(call, undefined, values);
  return { before, after: memory.slice(), result };
}

/** Expects a call to write what its rule says, whatever the rest of memory contains, and to change nothing else. */
function expectExtents(name: KernelName, numbers: CallNumbers, seed: number): boolean {
  const present = Object.fromEntries(
    parametersOf(name).map(([parameter]) => [parameter, numbers[parameter] ?? 0]),
  );
  let isDefined = false;
  for (const { build, fused } of VARIANTS) {
    const kernels = BUILDS[build];
    if (kernels === undefined) throw new Error(`the build ${build} is missing`);
    const given = 'fused' in present ? { ...present, fused } : present;
    const extents = extentsOf(functionStep(name, given as never), kernels.functions);
    if (extents === undefined) continue;
    const isAbsent = Object.entries(extents).some(
      ([parameter, each]) => given[parameter] === 0 && !each.isOptional,
    );
    const ranges = placed(name, given, extents);
    if (isAbsent || ranges === undefined) continue;
    isDefined = true;
    const [one, other] = POISONS.map((poison) => called(kernels, name, given, ranges, seed, poison));
    if (one === undefined || other === undefined) throw new Error('there are two poisons');
    expect(one.result, 'the result depends on foreign memory').toEqual(other.result);
    for (const { before, after } of [one, other]) {
      const kept = before.slice();
      for (const range of ranges) {
        const { address, extent, role } = range;
        if (role === 'Input') continue;
        const places: (readonly [number, number])[] =
          role === 'Scratch' ? [[address, address + extent.until]] : [...writtenPlaces(range)];
        if (extent.behind > 0) places.push([address + extent.until, address + extent.until + extent.behind]);
        for (const [from, until] of places) kept.set(after.subarray(from, until), from);
      }
      expect(Buffer.compare(kept, after), 'foreign memory was written').toBe(0);
    }
    if (one.result === 0) continue;
    for (const range of ranges.filter(({ role, extent }) => role === 'Output' && extent.rows === undefined))
      for (const [from, until] of writtenPlaces(range))
        expect(
          Buffer.compare(one.after.subarray(from, until), other.after.subarray(from, until)),
          `${range.parameter} is not written, or depends on foreign memory`,
        ).toBe(0);
  }
  return isDefined;
}

describe('the extents of a call are those of its kernel', () => {
  test.each(STEPS)('%s', (name) => {
    let defined = 0;
    fc.assert(
      fc.property(randomCalls(name), fc.nat(1000), (numbers, seed) => {
        if (expectExtents(name, numbers, seed)) defined += 1;
      }),
      { numRuns: RUNS },
    );
    expect(defined).toBeGreaterThan(RUNS / 8);
  });
});
