import * as v from 'valibot';
import { add, maximum, multiply, unary } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { concatenate, dimension, reshape, scaledDimension, transpose } from '../../../../builder/shaping.ts';
import { convolve } from '../../../../builder/spatial/convolve.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, dataFormat, flag } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';

/** Keras's epsilon. */
const LEAST = 1e-7;

const MODES = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'] as const;
type Mode = (typeof MODES)[number];

interface Frames {
  readonly length: number;
  readonly step: number;
  readonly padding: 'valid' | 'same';
}

/** What a kernel makes of each channel by itself, [batch, channels, frames, bins]; undefined where no frame fits. */
function framed(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  { length, step, padding }: Frames,
): SymbolicTensor | undefined {
  const channels = sizeOf(x, 1) ?? 1;
  const [batch, steps] = [dimension(g, x, 0), dimension(g, x, 2)];
  const rows = reshape(g, x, [scaledDimension(g, batch, channels), steps, 1]);
  const y = convolve(g, rows, kernel, { size: [length], strides: [step], dilations: [1], padding });
  return y && reshape(g, y, [batch, channels, dimension(g, y, 1), sizeOf(kernel, 2) ?? 1]);
}

/** @param bins how many there are */
function spectrum(
  g: NodeBuilder,
  mode: Mode,
  real: SymbolicTensor,
  imaginary: SymbolicTensor,
  bins: number,
): SymbolicTensor {
  switch (mode) {
    case 'real':
      return real;
    case 'imag':
      return imaginary;
    case 'angle':
      return g.node('Atan2', [imaginary, real], { shape: real.shape });
    case 'stft':
      return concatenate(g, [real, imaginary], 3);
  }
  const power = add(g, unary(g, 'Square', real), unary(g, 'Square', imaginary));
  if (mode === 'psd') {
    // All but the first and the last stand for two frequencies.
    const twice = Array.from({ length: bins }, (_, index) => (index === 0 || index === bins - 1 ? 1 : 2));
    return multiply(g, power, g.floats(twice));
  }
  const magnitude = unary(g, 'Sqrt', maximum(g, power, LEAST));
  return mode === 'magnitude' ? magnitude : unary(g, 'Log', maximum(g, magnitude, LEAST));
}

/** [batch, channels, frames, bins] as Keras gives it. */
function arranged({ g }: LayerCall, x: SymbolicTensor, isLast: boolean, isExpanded: boolean): SymbolicTensor {
  if (isExpanded) return isLast ? transpose(g, x, [0, 2, 3, 1]) : x;
  const all = (sizeOf(x, 1) ?? 1) * (sizeOf(x, 3) ?? 1);
  const [batch, frames] = [dimension(g, x, 0), dimension(g, x, 2)];
  return isLast
    ? reshape(g, transpose(g, x, [0, 2, 1, 3]), [batch, frames, all])
    : reshape(g, transpose(g, x, [0, 1, 3, 2]), [batch, all, frames]);
}

/** Its kernels are weights, so that what they were made of does not count. */
const STFT_SPECTROGRAM = defineLayer(
  {
    mode: choice(MODES, 'log'),
    frame_length: count,
    frame_step: v.nullish(count, null),
    fft_length: v.nullish(count, null),
    padding: choice(['valid', 'same'], 'valid'),
    expand_dims: flag(false),
    data_format: dataFormat,
  },
  (call, config): Built => {
    const { g, weights, layer } = call;
    const input = onlyInput(call);
    if (rank(input) !== 3) return `layer ${layer.className} of a tensor of ${rank(input)} dimensions`;
    const isLast = config.data_format === 'channels_last';
    const x = isLast ? transpose(g, input, [0, 2, 1]) : input;
    if (sizeOf(x, 1) === null) return openSize(call);
    const { frame_length: length, mode } = config;
    const bins = Math.floor((config.fft_length ?? 2 ** Math.ceil(Math.log2(length))) / 2) + 1;
    const frames = { length, step: config.frame_step ?? Math.floor(length / 2), padding: config.padding };
    const part = (name: string, other: Mode) =>
      mode === other ? undefined : framed(g, x, weights.get(name, [length, 1, bins]), frames);
    const real = part('real_kernel', 'imag');
    const imaginary = part('imag_kernel', 'real');
    const [first, second] = [real ?? imaginary, imaginary ?? real];
    if (first === undefined || second === undefined) {
      return `layer ${layer.className} with a window that does not fit its input`;
    }
    return arranged(call, spectrum(g, mode, first, second, bins), isLast, config.expand_dims);
  },
  { ignores: ['window', 'periodic', 'scaling'] },
);

export const SPECTROGRAMS: Readonly<Record<string, LayerDefinition>> = { STFTSpectrogram: STFT_SPECTROGRAM };
