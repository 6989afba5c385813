import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Feature,
  readExample,
  valueCount,
  writeFloats,
  writeIntegers,
  writeStrings,
} from '../../../worker/runtime/operations/examples/example_message.ts';
import {
  bytesList,
  type FeatureList,
  floatList,
  int64List,
  serializeExample,
} from '../../fixtures/requests/serialized_example.ts';

const RUNS = Number(process.env.FUZZ_CASES ?? 1000);

/** The values of a feature: numbers, texts, or undefined where they cannot be read. */
function valuesOf(feature: Feature): unknown {
  const count = valueCount(feature);
  if (count === undefined) return undefined;
  if (feature.type === 'string') {
    const strings: Uint8Array[] = [];
    expect(writeStrings(feature, strings, 0)).toBe(count);
    return strings.map((bytes) => Buffer.from(bytes).toString());
  }
  const numbers = feature.type === 'float32' ? new Float32Array(count) : new Int32Array(count);
  const end =
    numbers instanceof Float32Array ? writeFloats(feature, numbers, 0) : writeIntegers(feature, numbers, 0);
  if (end === undefined) return undefined;
  expect(end).toBe(count);
  return [...numbers];
}

function read(serialized: Uint8Array, ...names: string[]): Record<string, unknown> | undefined {
  const example = readExample(serialized, new Set(names));
  return example && Object.fromEntries([...example].map(([name, feature]) => [name, valuesOf(feature)]));
}

const features = fc.dictionary(
  fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '🙂'), maxLength: 3 }),
  fc.oneof(
    fc
      .array(fc.float({ noNaN: true }), { maxLength: 5 })
      .map((values) => ({ list: floatList(...values), values })),
    fc
      .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 5 })
      .map((values) => ({ list: int64List(...values), values })),
    fc.array(fc.string(), { maxLength: 5 }).map((values) => ({ list: bytesList(...values), values })),
  ),
  { maxKeys: 4 },
);

describe('a serialized tf.Example', () => {
  test('has the features that another library wrote', () => {
    fc.assert(
      fc.property(features, (given) => {
        const lists: Record<string, FeatureList> = {};
        const wanted: Record<string, unknown> = {};
        for (const [name, { list, values }] of Object.entries(given)) {
          lists[name] = list;
          wanted[name] = values;
        }
        expect(read(serializeExample(lists), ...Object.keys(lists))).toEqual(wanted);
      }),
      { numRuns: RUNS },
    );
  });

  test('gives only what is wanted', () => {
    expect(read(serializeExample({ a: floatList(1), b: floatList(2) }), 'b', 'c')).toEqual({ b: [2] });
  });

  test('that is cut off or changed is read or refused, and ends', () => {
    fc.assert(
      fc.property(features, fc.nat(), fc.nat(255), (given, place, byte) => {
        const lists = Object.fromEntries(Object.entries(given).map(([name, { list }]) => [name, list]));
        const serialized = serializeExample(lists);
        const names = Object.keys(lists);
        read(serialized.subarray(0, place % (serialized.length + 1)), ...names);
        const changed = Uint8Array.from(serialized);
        if (changed.length > 0) changed[place % changed.length] = byte;
        read(changed, ...names);
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    ['a length beyond the end', Uint8Array.of(0x0a, 0x7f)],
    ['a varint without an end', new Uint8Array(20).fill(0xff)],
    ['a group', Uint8Array.of(0x0b)],
    ['field 0', Uint8Array.of(0x02, 0x00)],
  ])('is refused with %s', (_, serialized) => {
    expect(read(serialized, 'a')).toBeUndefined();
  });

  test('has no feature without a list, and of two with one name the last', () => {
    const one = serializeExample({ a: floatList(1) });
    const other = serializeExample({ a: int64List(7) });
    expect(read(Buffer.concat([one, other]), 'a')).toEqual({ a: [7] });
    expect(read(Buffer.concat([one, serializeExample({ a: {} })]), 'a')).toEqual({});
  });

  test('may have lists that are not packed', () => {
    // Feature a: a float list of two fields 1 of 32 bits, 1.5 and -2.
    const list = Uint8Array.of(0x0d, 0, 0, 0xc0, 0x3f, 0x0d, 0, 0, 0, 0xc0);
    const feature = Uint8Array.of(0x12, list.length, ...list);
    const entry = Uint8Array.of(0x0a, 1, 0x61, 0x12, feature.length, ...feature);
    const inner = Uint8Array.of(0x0a, entry.length, ...entry);
    expect(read(Uint8Array.of(0x0a, inner.length, ...inner), 'a')).toEqual({ a: [1.5, -2] });
  });

  test('has no integers beyond 32 bits', () => {
    for (const value of ['2147483648', '-2147483649', '9223372036854775807'])
      expect(read(serializeExample({ a: int64List(value) }), 'a')).toEqual({ a: undefined });
    expect(read(serializeExample({ a: int64List(2147483647, -2147483648) }), 'a')).toEqual({
      a: [2147483647, -2147483648],
    });
  });
});
