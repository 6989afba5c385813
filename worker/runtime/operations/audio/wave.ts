/** Sound as a WAV file has it: 16 bits for each sample, one channel after the other at each moment. */
interface Wave {
  readonly rate: number;
  readonly channels: number;
  readonly samples: Int16Array;
}

export type ReadWave =
  | { readonly kind: 'read'; readonly wave: Wave }
  | { readonly kind: 'malformed'; readonly why: string };

const malformed = (why: string): ReadWave => ({ kind: 'malformed', why });

/** Reads a WAV file of uncompressed samples of 16 bits, which is what TensorFlow reads. */
export function readWave(bytes: Uint8Array): ReadWave {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') return malformed('it is no WAV file');
  let format: { readonly channels: number; readonly rate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [chunk, size] = [name(at), view.getUint32(at + 4, true)];
    const start = at + 8;
    if (chunk === 'fmt ') {
      if (size < 16 || start + 16 > bytes.length) return malformed('its format is cut off');
      const [code, channels] = [view.getUint16(start, true), view.getUint16(start + 2, true)];
      const bits = view.getUint16(start + 14, true);
      if ((code !== 1 && code !== 0xfffe) || bits !== 16 || channels === 0)
        return malformed(
          `its ${channels} channels have ${bits} bits of the format ${code}, and not 16 of PCM`,
        );
      format = { channels, rate: view.getUint32(start + 4, true) };
    }
    if (chunk === 'data') {
      if (format === undefined) return malformed('its samples come before their format');
      if (start + size > bytes.length) return malformed('its samples are cut off');
      const moments = Math.floor(size / (2 * format.channels));
      const samples = new Int16Array(moments * format.channels);
      for (let index = 0; index < samples.length; index++)
        samples[index] = view.getInt16(start + 2 * index, true);
      return { kind: 'read', wave: { ...format, samples } };
    }
    // Chunks begin at even places.
    at = start + size + (size % 2);
  }
  return malformed('it has no samples');
}
