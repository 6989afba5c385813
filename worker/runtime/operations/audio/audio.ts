import { engine, scalar, tensor } from '@tensorflow/tfjs-core';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  numberInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { stringsOf } from '../strings/string_values.ts';
import { readWave } from './wave.ts';

/** A sound cannot be longer than this. */
const MOST_SAMPLES = 2 ** 23;

/** Samples from -1 to 1, and their rate. Of fewer channels than are asked for the last one is repeated. */
const decodeWave: Operation = (node) => {
  const [bytes, ...more] = stringsOf(inputOf(node, 0));
  if (bytes === undefined || more.length > 0) return refuse(node, 'its input is not one file');
  const read = readWave(bytes);
  if (read.kind === 'malformed') return refuse(node, read.why);
  const { rate, channels, samples } = read.wave;
  const asked = (name: string, otherwise: number): number => {
    const wanted = numberAttribute(node, name, -1);
    return wanted === -1 ? otherwise : wanted;
  };
  const [width, length] = [
    asked('desired_channels', channels),
    asked('desired_samples', samples.length / channels),
  ];
  if (width < 1 || length < 0 || width * length > MOST_SAMPLES)
    refuse(node, `${length} samples of ${width} channels are not computed`);
  const audio = Float32Array.from({ length: width * length }, (_, index) => {
    const [moment, channel] = [Math.floor(index / width), index % width];
    return (samples[moment * channels + Math.min(channel, channels - 1)] ?? 0) / 32_768;
  });
  return [tensor(audio, [length, width]), scalar(rate, 'int32')];
};

const spectrogram: Operation = (node) =>
  engine().runKernel(
    'AudioSpectrogram',
    { x: inputOf(node, 0) },
    {
      windowSize: numberAttribute(node, 'window_size', 0),
      stride: numberAttribute(node, 'stride', 0),
      isSquared: flagAttribute(node, 'magnitude_squared'),
    },
  );

const melCoefficients: Operation = (node) =>
  engine().runKernel(
    'Mfcc',
    { spectrogram: inputOf(node, 0) },
    {
      rate: numberInput(node, 1),
      upper: numberAttribute(node, 'upper_frequency_limit', 4000),
      lower: numberAttribute(node, 'lower_frequency_limit', 20),
      bands: numberAttribute(node, 'filterbank_channel_count', 40),
      coefficients: numberAttribute(node, 'dct_coefficient_count', 13),
    },
  );

export const AUDIO: Operations = {
  AudioSpectrogram: spectrogram,
  DecodeWav: decodeWave,
  Mfcc: melCoefficients,
};
