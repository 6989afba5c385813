import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskedChecksum } from '../../../import/saved_model/tensor_bundle/checksum.ts';
import {
  copyRegion,
  overlap,
  parseShapeAndSlice,
  sliceRegion,
} from '../../../import/saved_model/tensor_bundle/slice.ts';
import { sliceKey } from '../../../import/saved_model/tensor_bundle/slice_key.ts';
import { uncompressSnappy } from '../../../import/saved_model/tensor_bundle/snappy.ts';
import { readTable } from '../../../import/saved_model/tensor_bundle/table.ts';
import { writeTable } from '../../fixtures/saved_model/write_bundle.ts';

test('checksums are CRC-32C, masked', async () => {
  const crc = 0xe3069283;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  expect(await maskedChecksum(Buffer.from('123456789'))).toBe(masked);
});

test.for([
  [[{ start: 0, length: 2 }, { start: 3 }], '0077000101028082837f'],
  [[{ start: 63, length: 64 }], '007700010101bfc040'],
  [[{ start: 8191, length: 8192 }], '007700010101dfffe02000'],
  [[{ start: 0, length: 2 ** 31 }], '00770001010180f880000000'],
] as const)('the key of slice %j', ([slice, key]) => {
  expect(Buffer.from(sliceKey('w', slice), 'latin1').toString('hex')).toBe(key);
});

test('bytes that would end a name are escaped', () => {
  expect(Buffer.from(sliceKey('\0\xff', []), 'latin1').toString('hex')).toBe('0000ffff00000100');
});

test("Snappy's copies may overlap what they make", () => {
  const bytes = Uint8Array.of(10, 0x08, 97, 98, 99, 0x09, 3, 0x00, 100);
  expect(Buffer.from(uncompressSnappy(bytes) ?? []).toString()).toBe('abcabcabcd');
});

test.for([
  ['a length that nothing makes', [255, 255, 255, 255, 15, 0, 97]],
  ['a copy from before the beginning', [5, 0x00, 97, 0x01, 2]],
  ['a literal beyond the end', [4, 0x0c, 97]],
  ['more than it says', [1, 0x04, 97, 98]],
  ['less than it says', [3, 0x04, 97, 98]],
] as const)('Snappy is refused that has %s', ([, bytes]) => {
  expect(uncompressSnappy(Uint8Array.from(bytes))).toBeUndefined();
});

test('any bytes are uncompressed or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const uncompressed = uncompressSnappy(bytes);
      expect(uncompressed?.length ?? 0).toBeLessThanOrEqual(64 * bytes.length);
    }),
  );
});

test('a table gives back what was written', async () => {
  const key = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 40 }))), async (entries) => {
      const table = new Map(entries);
      const read = await readTable(await writeTable(table), 'table');
      if (read.kind !== 'read') throw new Error(read.message);
      expect(new Map([...read.value].map(([name, value]) => [name, [...value]]))).toEqual(
        new Map([...table].map(([name, value]) => [name, [...value]])),
      );
    }),
  );
});

test('a tensor in any parts is put together again', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (shape, axisChoice, cutChoice) => {
      const axis = axisChoice % shape.length;
      const size = shape[axis] ?? 1;
      const cut = cutChoice % (size + 1);
      const count = shape.reduce((product, length) => product * length, 1);
      const whole = { starts: shape.map(() => 0), lengths: shape };
      const source = Uint8Array.from({ length: count }, (_, index) => index);
      const target = new Uint8Array(count);
      for (const [start, length] of [
        [0, cut],
        [cut, size - cut],
      ] as const) {
        const slice = shape.map((_, index) => (index === axis ? { start, length } : { start: 0 }));
        const part = sliceRegion(slice, shape);
        if (part === undefined) throw new Error('outside');
        const bytes = new Uint8Array(part.lengths.reduce((product, size) => product * size, 1));
        const common = overlap(whole, part);
        if (common === undefined) continue;
        copyRegion(common, { bytes: source, part: whole }, { bytes, part }, 1);
        copyRegion(common, { bytes, part }, { bytes: target, part: whole }, 1);
      }
      expect(target).toEqual(source);
    }),
  );
});

test('a slice specification of RestoreV2 is read or refused', () => {
  expect(parseShapeAndSlice('10 4 0,5:-', 'here')).toEqual({
    kind: 'read',
    value: { shape: [10, 4], slice: [{ start: 0, length: 5 }, { start: 0 }] },
  });
  expect(parseShapeAndSlice('', 'here')).toEqual({ kind: 'read', value: undefined });
  for (const text of ['10', '10 0,5:1,2', '10 -1,5', 'x 0,5', '10 0,5,6']) {
    expect(parseShapeAndSlice(text, 'here')).toMatchObject({ kind: 'malformed' });
  }
  expect(sliceRegion([{ start: 4, length: 2 }], [5])).toBeUndefined();
});
