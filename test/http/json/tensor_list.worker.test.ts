import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonCursor } from '../../../worker/http/json/scan/json_cursor.ts';
import { listFault } from '../../../worker/http/json/tensors/list_fault.ts';
import { createCells, MOST_STRINGS } from '../../../worker/http/json/tensors/tensor_cells.ts';
import { ListReader, leadingShape, readFloats } from '../../../worker/http/json/tensors/tensor_list.ts';
import type { DataType } from '../../../worker/model/dtype.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Nested lists of numbers, regular or not. */
const { nested } = fc.letrec<{ nested: unknown }>((tie) => ({
  nested: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(1, 2.5, -3, 'x', true, { a: [1, 2] }),
    fc.array(tie('nested'), { maxLength: 3 }),
    tie('nested').chain((item) => fc.constantFrom([item], [item, item], [item, item, item])),
  ),
}));

function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

/** The values in order if all lists have the shape; otherwise undefined. */
function flattened(value: unknown, shape: readonly number[]): unknown[] | undefined {
  const [size, ...inner] = shape;
  if (size === undefined) return Array.isArray(value) ? undefined : [value];
  if (!Array.isArray(value) || value.length !== size) return undefined;
  const parts = value.map((item) => flattened(item, inner));
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

const spaced = fc.constantFrom('', ' ', '\n  ');

test('reads just the lists that are tensors, scanned before or not', () => {
  fc.assert(
    fc.property(nested, spaced, (value, space) => {
      const text = JSON.stringify(value, null, space);
      const bytes = encode(`${text},`);
      const shape = shapeOf(value);
      const flat = flattened(value, shape);
      const isTensor = flat?.every((item) => typeof item === 'number') ?? false;

      const cursor = new JsonCursor(bytes, 0);
      expect(leadingShape(cursor)).toEqual(shape);
      const reader = new ListReader(createCells('float32', bytes.length));
      expect(reader.read(cursor)).toBe(isTensor);
      const fault = listFault(new JsonCursor(bytes, 0), 'float32');
      expect(fault === undefined).toBe(isTensor);
      const unscanned = readFloats(bytes, 0);
      expect(unscanned !== undefined).toBe(isTensor && Array.isArray(value));
      if (!isTensor) return;
      const tensor = { dtype: 'float32', shape, values: Float32Array.from(flat ?? [], Number) };
      expect(reader.cells.tensor(reader.shape)).toEqual(tensor);
      expect(cursor.at).toBe(text.length);
      if (unscanned !== undefined) expect(unscanned).toEqual({ tensor, end: text.length });
    }),
    { numRuns: 3000 },
  );
});

describe('the fault is the one that TensorFlow Serving comes to first', () => {
  const fault = (text: string, dtype: DataType = 'int32') =>
    listFault(new JsonCursor(encode(text), 0), dtype);

  test.each([
    // A list's size is checked before its elements.
    ['[[1,2,3],["x"]]', 'Encountered list at unexpected size: 1 at level: 1 expected size: 3 at [1]'],
    ['[[1,2],[3,"x"],[4]]', 'JSON Value: "x" Type: String is not of expected type: int32 at [1][1]'],
    ['[[[1],[2]],[["x"]]]', 'Encountered list at unexpected size: 1 at level: 1 expected size: 2 at [1]'],
    ['[[[1],[2]],[["x"],3]]', 'JSON Value: "x" Type: String is not of expected type: int32 at [1][0][0]'],
    ['[[1],[{"a":[1,2]}]]', 'JSON Value: {"a":[1,2]} Type: Object is not of expected type: int32 at [1][0]'],
    ['[[],[1]]', 'Encountered list at unexpected size: 1 at level: 1 expected size: 0 at [1]'],
    ['[[1],1]', 'JSON Value: 1 found at incorrect level: 2 in the JSON DOM. Expected at level: 2 at [1]'],
    ['[1,[1]]', 'Encountered list at unexpected level: 1 expected < 1 at [1]'],
  ])('%s', (text, message) => {
    expect(fault(text)).toBe(message);
  });
});

test('strings that would not fit in memory are refused', () => {
  const strings = (count: number) => encode(`[${'"ab",'.repeat(count - 1)}"ab"]`);
  const read = (bytes: Uint8Array) =>
    new ListReader(createCells('string', bytes.length)).read(new JsonCursor(bytes, 0));
  expect(read(strings(MOST_STRINGS))).toBe(true);
  expect(read(strings(MOST_STRINGS + 1))).toBe(false);
});

test('lists read one after the other, of any lengths, keep their own values', () => {
  const lengths = [3, 2000, 0, 1024, 1025, 3];
  const listOf = (index: number, length: number) => Array.from({ length }, (_, at) => index * 10_000 + at);
  const read = lengths.map((length, index) => readFloats(encode(JSON.stringify(listOf(index, length))), 0));
  for (const [index, length] of lengths.entries()) {
    const values = Float32Array.from(listOf(index, length));
    expect(read[index]?.tensor).toEqual({ dtype: 'float32', shape: [length], values });
  }
});
