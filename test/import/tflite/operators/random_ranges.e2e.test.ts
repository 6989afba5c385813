import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { flag, int32 } from '../../../fixtures/models/flatbuffer.ts';
import { constant, floats, graphOf, integers } from './cases/operator_case.ts';
import { expectAnswers } from './expect_answers.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

interface Range {
  readonly size: number;
  readonly begin: number;
  readonly end: number;
  readonly step: number;
  readonly hasBegin: boolean;
  readonly hasEnd: boolean;
  readonly kind: 'range' | 'place' | 'new';
}

/** The places that Python's `range` of a slice has: one after the other, as long as they are before the end. */
function placesOf({ size, begin, end, step, hasBegin, hasEnd }: Range): number[] {
  const places: number[] = [];
  const fromStart = (place: number) => (place < 0 ? place + size : place);
  const first = step > 0 ? 0 : size - 1;
  const last = step > 0 ? size : -1;
  const clamp = (place: number) => Math.min(Math.max(place, step > 0 ? 0 : -1), step > 0 ? size : size - 1);
  const from = hasBegin ? clamp(fromStart(begin)) : first;
  const to = hasEnd ? clamp(fromStart(end)) : last;
  for (let place = from; step > 0 ? place < to : place > to; place += step) places.push(place);
  return places;
}

const rangeArbitrary = fc
  .record({
    size: fc.integer({ min: 1, max: 4 }),
    begin: fc.integer({ min: -5, max: 5 }),
    end: fc.integer({ min: -5, max: 5 }),
    step: fc.constantFrom(-2, -1, 1, 2, 3),
    hasBegin: fc.boolean(),
    hasEnd: fc.boolean(),
    kind: fc.constantFrom('range' as const, 'range' as const, 'place' as const, 'new' as const),
  })
  .map((range): Range => {
    // One place has to be within the tensor, and goes forwards.
    if (range.kind !== 'place') return range;
    const begin = (((range.begin + 5) % (2 * range.size)) - range.size) | 0;
    return { ...range, begin, step: 1, hasBegin: true };
  })
  .filter((range) => range.kind !== 'range' || placesOf(range).length > 0);

const bits = (ranges: readonly Range[], has: (range: Range) => boolean): number =>
  ranges.reduce((mask, range, index) => (has(range) ? mask | (1 << index) : mask), 0);

test('strided slices take the places that Python takes', async () => {
  const property = fc.asyncProperty(
    fc.array(rangeArbitrary, { minLength: 1, maxLength: 4 }),
    async (ranges) => {
      const real = ranges.filter(({ kind }) => kind !== 'new');
      const shape = real.map(({ size }) => size);
      const count = shape.reduce((product, size) => product * size, 1);
      const places = real.map((range) =>
        range.kind === 'place' ? [range.begin < 0 ? range.begin + range.size : range.begin] : placesOf(range),
      );
      const values = places.reduce<number[]>(
        (offsets, each, axis) =>
          offsets.flatMap((offset) => each.map((place) => offset * (shape[axis] ?? 1) + place)),
        [0],
      );
      const wanted = ranges.flatMap((range) =>
        range.kind === 'new' ? [1] : range.kind === 'place' ? [] : [placesOf(range).length],
      );
      const list = (pick: (range: Range) => number) => constant(integers([ranges.length], ranges.map(pick)));
      const given = floats(
        shape,
        Array.from({ length: count }, (_, index) => index),
      );
      const graph = graphOf({
        op: 'STRIDED_SLICE',
        options: [
          'StridedSliceOptions',
          [
            int32(bits(ranges, ({ hasBegin, kind }) => kind === 'range' && !hasBegin)),
            int32(bits(ranges, ({ hasEnd, kind }) => kind === 'range' && !hasEnd)),
            int32(0),
            int32(bits(ranges, ({ kind }) => kind === 'new')),
            int32(bits(ranges, ({ kind }) => kind === 'place')),
            flag(false),
          ],
        ],
        inputs: [given, list(({ begin }) => begin), list(({ end }) => end), list(({ step }) => step)],
        outputs: [floats(wanted, [])],
      });
      await expectAnswers(edge, [graph], { given: { x0: given }, wanted: { y0: floats(wanted, values) } });
    },
  );
  await fc.assert(property, { numRuns: 40 });
});
