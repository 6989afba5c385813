import { constants, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InflateError, inflate } from '../../../worker/runtime/images/png/inflate.ts';

const RUNS = Number(process.env.FUZZ_CASES ?? 1000);

function inflated(data: Uint8Array, size: number): Uint8Array {
  const target = new Uint8Array(size);
  return target.subarray(0, inflate(data, target));
}

/** Of few different bytes, so that there is something to repeat. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes)),
);
const anyOptions = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ),
});

describe('data that zlib compressed', () => {
  test('is what it was', () => {
    fc.assert(
      fc.property(anyBytes, anyOptions, (bytes, options) => {
        expect([...inflated(deflateSync(bytes, options), bytes.length)]).toEqual([...bytes]);
      }),
      { numRuns: RUNS },
    );
  });

  test('is what it was where it is long', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index * 31) >> 11);
    for (const level of [1, 6, 9])
      expect(Buffer.compare(inflated(deflateSync(bytes, { level }), 300_000), bytes)).toBe(0);
  });

  test('is not expanded beyond the room there is', () => {
    expect(inflated(deflateSync(Buffer.alloc(50_000_000)), 10)).toEqual(new Uint8Array(10));
    expect(inflated(deflateSync(Buffer.alloc(100, 7), { level: 0 }), 10)).toEqual(new Uint8Array(10).fill(7));
  });

  test('cut off anywhere is refused, or has fewer bytes', () => {
    const bytes = Uint8Array.from({ length: 2000 }, (_, index) => index % 7);
    const data = deflateSync(bytes);
    // Behind the last byte are the end of the block and a checksum.
    for (let length = 0; length < data.length - 8; length++) {
      let count = 0;
      try {
        count = inflated(data.subarray(0, length), bytes.length).length;
      } catch (error) {
        expect(error).toBeInstanceOf(InflateError);
      }
      expect(count).toBeLessThan(bytes.length);
    }
  });

  test('with bytes that are others is expanded or refused', () => {
    fc.assert(
      fc.property(anyBytes, anyOptions, fc.nat(), fc.nat(255), (bytes, options, place, byte) => {
        const data = deflateSync(bytes, options);
        data[place % data.length] = byte;
        try {
          inflated(data, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InflateError);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
