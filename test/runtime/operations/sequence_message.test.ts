import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_LIST, valueCount } from '../../../worker/runtime/operations/examples/example_message.ts';
import {
  readSequenceExample,
  stepsOf,
} from '../../../worker/runtime/operations/examples/sequence_message.ts';
import {
  bytesList,
  type FeatureList,
  floatList,
  int64List,
  serializeSequenceExample,
} from '../../fixtures/requests/serialized_example.ts';

const RUNS = Number(process.env.FUZZ_CASES ?? 1000);

/** A feature and how many values of which type it has. */
type Sample = { readonly list: FeatureList; readonly is: string };

const feature: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .array(fc.float({ noNaN: true }), { maxLength: 4 })
    .map((values) => ({ list: floatList(...values), is: `${values.length} of float32` })),
  fc
    .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 4 })
    .map((values) => ({ list: int64List(...values), is: `${values.length} of int32` })),
  fc
    .array(fc.string(), { maxLength: 4 })
    .map((values) => ({ list: bytesList(...values), is: `${values.length} of string` })),
  fc.constant({ list: {}, is: NO_LIST }),
);
const name = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '🙂'), maxLength: 3 });
const examples = fc.record({
  context: fc.dictionary(name, feature, { maxKeys: 3 }),
  lists: fc.dictionary(name, fc.array(feature, { maxLength: 3 }), { maxKeys: 3 }),
});

function mapped<From, To>(from: Readonly<Record<string, From>>, by: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, by(value)]));
}

function serialize({ context, lists }: { context: Record<string, Sample>; lists: Record<string, Sample[]> }) {
  return serializeSequenceExample(
    mapped(context, ({ list }) => list),
    mapped(lists, (steps) => steps.map(({ list }) => list)),
  );
}

const described = (step: ReturnType<ReturnType<typeof stepsOf>['next']>['value']): string | undefined => {
  if (step === undefined || step === NO_LIST) return step;
  const count = valueCount(step);
  return count === undefined ? undefined : `${count} of ${step.type}`;
};

function read(serialized: Uint8Array, context: readonly string[], lists: readonly string[]) {
  const wanted = { context: new Set(context), lists: new Set(lists) };
  const example = readSequenceExample(serialized, wanted);
  return (
    example && {
      context: mapped(Object.fromEntries(example.context), described),
      lists: mapped(Object.fromEntries(example.lists), (list) => Array.from(stepsOf(list), described)),
    }
  );
}

describe('a serialized tf.SequenceExample', () => {
  test('has the features and the steps that another library wrote', () => {
    fc.assert(
      fc.property(examples, ({ context, lists }) => {
        expect(read(serialize({ context, lists }), Object.keys(context), Object.keys(lists))).toEqual({
          context: mapped(context, ({ is }) => is),
          lists: mapped(lists, (steps) => steps.map(({ is }) => is)),
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('gives only what is wanted', () => {
    const serialized = serializeSequenceExample(
      { a: floatList(1), b: floatList(1, 2) },
      { a: [floatList(1)], b: [] },
    );
    expect(read(serialized, ['b'], ['a'])).toEqual({
      context: { b: '2 of float32' },
      lists: { a: ['1 of float32'] },
    });
  });

  test('that is cut off or changed is read or refused, and ends', () => {
    fc.assert(
      fc.property(examples, fc.nat(), fc.nat(255), ({ context, lists }, place, byte) => {
        const serialized = serialize({ context, lists });
        const names = [Object.keys(context), Object.keys(lists)] as const;
        read(serialized.subarray(0, place % (serialized.length + 1)), ...names);
        const changed = Uint8Array.from(serialized);
        if (changed.length > 0) changed[place % changed.length] = byte;
        read(changed, ...names);
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    ['a length beyond the end', Uint8Array.of(0x12, 0x7f)],
    ['a number for its context', Uint8Array.of(0x08, 0x01)],
    ['a number for its feature lists', Uint8Array.of(0x10, 0x01)],
  ])('is refused with %s', (_, serialized) => {
    expect(read(serialized, ['a'], ['a'])).toBeUndefined();
  });

  test('of two feature lists with one name has the last', () => {
    const one = serializeSequenceExample({}, { a: [int64List(1)] });
    const other = serializeSequenceExample({}, { a: [floatList(1), floatList()] });
    expect(read(Buffer.concat([one, other]), [], ['a'])?.lists).toEqual({
      a: ['1 of float32', '0 of float32'],
    });
  });
});
