import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heapReader } from '../../../../worker/runtime/plan/fuse/integers/heap_reader.ts';
import type { ProductOperands } from '../../../../worker/runtime/plan/fuse/integers/product_operands.ts';
import {
  type WeightColumns,
  weightColumns,
} from '../../../../worker/runtime/plan/fuse/integers/weight_columns.ts';
import { builtKernels } from '../../../fixtures/kernels/built_kernels.ts';

const built = builtKernels();

/** Weights by output channel, all lists of the same length. */
const matrices = (lowest: number, highest: number) =>
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 })).chain(([length, channels]) =>
    fc.array(fc.array(fc.integer({ min: lowest, max: highest }), { minLength: length, maxLength: length }), {
      minLength: channels,
      maxLength: channels,
    }),
  );

type Weights = readonly (readonly number[])[];

function operandsOf(weights: Weights, given: Partial<ProductOperands>): ProductOperands {
  const pixels = { batch: 1, height: 1, width: 1, outHeight: 1, outWidth: 1, filterHeight: 1, padTop: 0 };
  const steps = { strideY: 1, strideX: 1, dilationY: 1, dilationX: 1, padLeft: 0 };
  const length = weights[0]?.length ?? 0;
  const isDepthwise = given.kind === 'depthwise';
  const channels = isDepthwise ? weights.length : length;
  return {
    ...{ kind: 'full', x: 0, sums: 1, outChannels: weights.length, biasAt: () => 0, excess: 0 },
    window: { ...pixels, ...steps, channels, filterWidth: isDepthwise ? length : 1 },
    weightAt: (tap, channel, outChannel) => weights[outChannel]?.[isDepthwise ? tap : channel] ?? Number.NaN,
    ...{ stored: undefined, filter: undefined },
    ...given,
  };
}

function expectColumns(columns: WeightColumns | undefined, weights: Weights, pivot: number): void {
  const total = (sign: number) =>
    weights.map((column) => column.reduce((sum, weight) => sum + Math.max(0, sign * (weight - pivot)), 0));
  expect(columns?.lowest).toBe(Math.min(0, ...weights.flat()));
  expect(columns?.highest).toBe(Math.max(0, ...weights.flat()));
  const sums = columns?.around(pivot);
  expect([...(sums?.above ?? [])]).toEqual(total(1));
  expect([...(sums?.below ?? [])]).toEqual(total(-1));
  expect([...(columns?.integers() ?? [])]).toEqual(weights.flat());
}

const columnsOf = (operands: ProductOperands) =>
  weightColumns(operands, heapReader(built.node.backend), built.kernels.functions);

/** Calls `use` with the address of bytes in the heap. */
function withBytes(bytes: Uint8Array, use: (address: number) => void): void {
  const address = built.kernels.heap.allocate(bytes.length);
  built.node.backend.wasm.HEAPU8.set(bytes, address);
  use(address);
  built.kernels.heap.free(address);
}

test('weights of any product are added up around a pivot', () => {
  fc.assert(
    fc.property(matrices(-254, 254), fc.integer({ min: -127, max: 127 }), (weights, pivot) => {
      expectColumns(columnsOf(operandsOf(weights, {})), weights, pivot);
    }),
  );
});

test('weights of a depthwise filter are read where they lie, tap by tap', () => {
  fc.assert(
    fc.property(matrices(-254, 254), fc.constantFrom(0, 0, -9, 30), (weights, pivot) => {
      const taps = weights[0]?.map((_, tap) => weights.map((column) => column[tap] ?? 0)) ?? [];
      withBytes(new Uint8Array(Float32Array.from(taps.flat()).buffer), (filter) => {
        expectColumns(columnsOf(operandsOf(weights, { kind: 'depthwise', filter })), weights, pivot);
      });
    }),
  );
});

test('bytes are added up where they are stored', () => {
  fc.assert(
    fc.property(matrices(0, 254), fc.nat(254), fc.nat(255), (bytes, zero, byte) => {
      const weights = bytes.map((column) => column.map((each) => each - zero));
      const groups = Math.ceil((bytes[0]?.length ?? 0) / 4);
      const panels = new Uint8Array(Math.ceil(bytes.length / 8) * groups * 32).fill(byte);
      for (const [column, elements] of bytes.entries())
        for (const [row, element] of elements.entries()) {
          const group = Math.floor(column / 8) * groups + Math.floor(row / 4);
          panels[32 * group + 4 * (column % 8) + (row % 4)] = element;
        }
      withBytes(panels, (address) => {
        const columns = columnsOf(operandsOf(weights, { stored: { address, zero } }));
        expectColumns(columns, weights, byte - zero);
        expect(columns?.around(256 - zero)).toBeUndefined();
      });
    }),
  );
});

test.each([0.5, 255, -255, Number.NaN])('a product of bytes cannot have the weight %s', (wrong) => {
  const weights = [
    [1, 2],
    [3, wrong],
  ];
  expect(columnsOf(operandsOf(weights, {}))).toBeUndefined();
  withBytes(new Uint8Array(Float32Array.of(1, 3, 2, wrong).buffer), (filter) => {
    expect(columnsOf(operandsOf(weights, { kind: 'depthwise', filter }))).toBeUndefined();
  });
});
