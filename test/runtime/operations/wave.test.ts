import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWave } from '../../../worker/runtime/operations/audio/wave.ts';

/** A WAV file of 16 bits, by the specification of RIFF, with a chunk of odd size before its samples. */
function file(
  channels: number,
  samples: readonly number[],
  { bits = 16, code = 1, missing = 0 } = {},
): Uint8Array {
  const bytes = Buffer.alloc(12 + 24 + 12 + 8 + 2 * samples.length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(code, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt16LE(bits, 34);
  bytes.write('LIST', 36);
  bytes.writeUInt32LE(3, 40);
  bytes.write('data', 48);
  bytes.writeUInt32LE(2 * samples.length, 52);
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, 56 + 2 * index);
  return new Uint8Array(bytes.subarray(0, bytes.length - missing));
}

test('samples of two channels are read', () => {
  expect(readWave(file(2, [1, -2, 32_767, -32_768]))).toEqual({
    kind: 'read',
    wave: { rate: 16_000, channels: 2, samples: Int16Array.of(1, -2, 32_767, -32_768) },
  });
});

test.each([
  ['no WAV file', new Uint8Array(20), /no WAV file/],
  ['nothing', new Uint8Array(), /no WAV file/],
  ['samples of 8 bits', file(1, [1], { bits: 8 }), /have 8 bits/],
  ['compressed samples', file(1, [1], { code: 85 }), /of the format 85/],
  ['no channels', file(0, [1]), /0 channels/],
  ['samples that are cut off', file(1, [1, 2], { missing: 1 }), /samples are cut off/],
  ['a file that is cut off before its samples', file(1, [1], { missing: 12 }), /no samples|cut off/],
])('%s is refused', (_name, bytes, words) => {
  expect(readWave(bytes)).toEqual({ kind: 'malformed', why: expect.stringMatching(words) });
});

test('whatever the bytes are, it ends', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(255), (place, value) => {
      const bytes = file(2, [1, 2, 3, 4]);
      bytes[place] = value;
      expect(['read', 'malformed']).toContain(readWave(bytes).kind);
    }),
  );
});
