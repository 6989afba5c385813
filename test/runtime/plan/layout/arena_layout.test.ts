import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOutArena, type SizedBuffer } from '../../../../worker/runtime/plan/layout/arena_layout.ts';

const buffers = fc
  .array(fc.record({ bytes: fc.nat(5000), from: fc.integer({ min: -1, max: 30 }), steps: fc.nat(30) }), {
    maxLength: 60,
  })
  .map((all) =>
    all.map(({ bytes, from, steps }, id): SizedBuffer => ({ id, bytes, from, until: from + steps })),
  );

const placeOf = (offsets: ReadonlyMap<number, number>, { id, bytes }: SizedBuffer) => {
  const start = offsets.get(id) ?? Number.NaN;
  return { start, end: start + bytes };
};

describe('the layout of an arena', () => {
  test('lets no two buffers overlap that live at the same time', () => {
    fc.assert(
      fc.property(buffers, (all) => {
        const { offsets } = layOutArena(all);
        for (const a of all) {
          for (const b of all) {
            if (a.id >= b.id || a.until < b.from || b.until < a.from) continue;
            const [first, second] = [placeOf(offsets, a), placeOf(offsets, b)];
            if (a.bytes === 0 || b.bytes === 0) continue;
            expect(first.end <= second.start || second.end <= first.start).toBe(true);
          }
        }
      }),
    );
  });

  test('holds all of them, aligned, in no more memory than separate buffers', () => {
    fc.assert(
      fc.property(buffers, (all) => {
        const { offsets, bytes } = layOutArena(all);
        for (const buffer of all) {
          const { start, end } = placeOf(offsets, buffer);
          expect(start % 16).toBe(0);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(bytes);
        }
        expect(bytes).toBeLessThanOrEqual(
          all.reduce((sum, buffer) => sum + Math.ceil(buffer.bytes / 16) * 16, 0),
        );
      }),
    );
  });

  test('of a chain needs the memory of two neighbors', () => {
    const chain = Array.from({ length: 20 }, (_, id) => ({ id, bytes: 160, from: id, until: id + 1 }));
    expect(layOutArena(chain).bytes).toBe(320);
  });
});
