import * as v from 'valibot';
import { add, binary, maximum, multiply, subtract, unary } from '../../../../builder/elementwise.ts';
import { type NodeBuilder, textValue, typeValue } from '../../../../builder/node_builder.ts';
import { dense } from '../../../../builder/products.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { expandDimension, slice, transpose } from '../../../../builder/shaping.ts';
import { convolve } from '../../../../builder/spatial/convolve.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, flag, number, optionalNumber } from '../../config_entries.ts';
import { type Built, defineLayer, type LayerDefinition, onlyInput } from '../../layer_definition.ts';

/** Numbers of one matrix of cosines or of sines. */
const MOST_NUMBERS = 2 ** 22;

/** A periodic window of so many samples in the middle of a frame. */
function windowOf(kind: 'hann' | 'hamming' | null, length: number, frame: number): number[] {
  const before = Math.floor((frame - length) / 2);
  const [mean, swing] = kind === 'hamming' ? [0.54, 0.46] : [0.5, 0.5];
  return Array.from({ length: frame }, (_, index) => {
    const at = index - before;
    if (at < 0 || at >= length) return 0;
    return kind === null ? 1 : mean - swing * Math.cos((2 * Math.PI * at) / length);
  });
}

/** Amplitudes of the frequencies in each frame, [batch, frames, bins]; undefined where no frame fits. */
function amplitudes(
  g: NodeBuilder,
  x: SymbolicTensor,
  window: readonly number[],
  step: number,
): SymbolicTensor | undefined {
  const frame = window.length;
  const bins = Math.floor(frame / 2) + 1;
  const half = Math.floor(frame / 2);
  const steps = sizeOf(x, 1);
  // Mirrored at both ends, so that the frames are centered.
  const mirrored = g.node(
    'MirrorPad',
    [x, g.integers([0, 0, half, half], [2, 2])],
    { shape: [sizeOf(x, 0), steps === null ? null : steps + 2 * half] },
    { mode: textValue('REFLECT'), Tpaddings: typeValue('int32') },
  );
  const waves = window.flatMap((weight, sample) => [
    ...Array.from({ length: bins }, (_, bin) => weight * Math.cos((2 * Math.PI * bin * sample) / frame)),
    ...Array.from({ length: bins }, (_, bin) => -weight * Math.sin((2 * Math.PI * bin * sample) / frame)),
  ]);
  const kernel = g.floats(waves, [frame, 1, 2 * bins]);
  const placed = { size: [frame], strides: [step], dilations: [1], padding: 'valid' } as const;
  const both = convolve(g, expandDimension(g, mirrored, 2), kernel, placed);
  if (both === undefined) return undefined;
  const squares = unary(g, 'Square', both);
  return unary(g, 'Sqrt', add(g, slice(g, squares, 2, 0, bins), slice(g, squares, 2, bins, bins)));
}

const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/** How much of each frequency is in each band, [bins, bands] in row-major order: triangles on the mel scale. */
function bandWeights(bins: number, bands: number, rate: number, lowest: number, highest: number): number[] {
  const [from, to] = [mel(lowest), mel(highest)];
  const edge = (index: number) => from + ((to - from) * index) / (bands + 1);
  return Array.from({ length: bins }, (_, bin) => {
    const at = mel(((rate / 2) * bin) / (bins - 1));
    return Array.from({ length: bands }, (_, band) => {
      const [lower, center, upper] = [edge(band), edge(band + 1), edge(band + 2)];
      const slopes = Math.min((at - lower) / (center - lower), (upper - at) / (upper - center));
      return bin === 0 ? 0 : Math.max(0, slopes);
    });
  }).flat();
}

const MEL_SPECTROGRAM = defineLayer(
  {
    fft_length: v.optional(count, 2048),
    sequence_stride: v.optional(count, 512),
    sequence_length: v.nullish(count, null),
    window: v.optional(v.nullable(choice(['hann', 'hamming'], 'hann')), 'hann'),
    sampling_rate: number(16_000),
    num_mel_bins: v.optional(count, 128),
    min_freq: number(20),
    max_freq: optionalNumber,
    power_to_db: flag(true),
    top_db: number(80),
    mag_exp: number(2),
    min_power: number(1e-10),
    ref_power: number(1),
  },
  (call, config): Built => {
    const { g, layer } = call;
    const x = onlyInput(call);
    const { fft_length: frame, num_mel_bins: bands, sampling_rate: rate, min_power: least } = config;
    const bins = Math.floor(frame / 2) + 1;
    const length = config.sequence_length ?? frame;
    if (rank(x) !== 2) return `layer ${layer.className} of a tensor of ${rank(x)} dimensions`;
    if (bins * Math.max(frame, bands) > MOST_NUMBERS || length > frame) {
      return `layer ${layer.className} with fft_length ${frame}, which is too large or too small`;
    }
    const amplitude = amplitudes(g, x, windowOf(config.window, length, frame), config.sequence_stride);
    if (amplitude === undefined) return `layer ${layer.className} with a window that does not fit its input`;
    const power =
      config.mag_exp === 2 ? unary(g, 'Square', amplitude) : binary(g, 'Pow', amplitude, config.mag_exp);
    const highest = config.max_freq ?? Math.floor(rate / 2);
    const weights = g.floats(bandWeights(bins, bands, rate, config.min_freq, highest), [bins, bands]);
    const banded = dense(g, power, weights, undefined);
    if (!config.power_to_db) return transpose(g, banded, [0, 2, 1]);
    const reference = 10 * Math.log10(Math.max(Math.abs(config.ref_power), least));
    const logarithm = multiply(g, unary(g, 'Log', maximum(g, banded, least)), 10 / Math.LN10);
    const decibels = subtract(g, logarithm, reference);
    // The loudest of all that is in the request.
    const loudest = reduce(g, 'Max', decibels, [0, 1, 2], true);
    return transpose(g, maximum(g, decibels, subtract(g, loudest, config.top_db)), [0, 2, 1]);
  },
);

export const MEL_SPECTROGRAMS: Readonly<Record<string, LayerDefinition>> = {
  MelSpectrogram: MEL_SPECTROGRAM,
};
