import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const spectrogram = (size: number, stride: number, isSquared: boolean, asked: GateCase['asked']): GateCase =>
  operation(
    `AudioSpectrogram of windows of ${size}${isSquared ? ', squared' : ''}`,
    'AudioSpectrogram',
    { x: 'FP32' },
    {
      window_size: { i: String(size) },
      stride: { i: String(stride) },
      magnitude_squared: flag(isSquared),
    },
    'FP32',
    asked,
  );
/** A wave of a fourth of the rate: under the window, it leaks half of it to both sides. */
const wave = float([8, 1], [-1, 0, 1, 0, -1, 0, 1, 0]);

/** A WAV file at a rate of 8000 whose bytes are all ASCII: 64 and 127 of one channel. */
const WAV = [
  'RIFF(\0\0\0WAVEfmt \x10\0\0\0',
  '\x01\0\x01\0\x40\x1f\0\0\0\0\0\0\x02\0\x10\0',
  'data\x04\0\0\0\x40\0\x7f\0',
].join('');

const decoded = (
  index: number,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `DecodeWav, output ${index} ${Object.keys(attr)}`,
    'DecodeWav',
    { file: 'BYTES' },
    attr,
    index === 0 ? 'FP32' : 'INT32',
    asked,
    index,
  );

/** From 1 to 513. */
const ramp = Array.from({ length: 513 }, (_, index) => index + 1);

/** Values of TensorFlow's own tests of the operations, and of NumPy's transform. */
export const AUDIO_CASES: readonly GateCase[] = [
  decoded(0, {}, [
    answered('samples by 32768', { file: strings([], [WAV]) }, float([2, 1], [64 / 32_768, 127 / 32_768])),
    refused('another file', { file: strings([], ['RIFF']) }, /DecodeWav: it is no WAV file/),
    refused('two files', { file: strings([2], [WAV, WAV]) }, /is not one file/),
  ]),
  decoded(0, { desired_channels: { i: '2' }, desired_samples: { i: '3' } }, [
    answered(
      'the channel twice, and silence behind it',
      { file: strings([], [WAV]) },
      float(
        [3, 2],
        [64, 64, 127, 127, 0, 0].map((sample) => sample / 32_768),
      ),
    ),
  ]),
  decoded(1, {}, [answered('the rate', { file: strings([], [WAV]) }, int([], [8000]))]),
  spectrogram(8, 1, false, [
    answeredNearly('a wave', { x: wave }, float([1, 1, 5], [0, 1, 2, 1, 0])),
    answered('shorter than a window', { x: float([7, 1], [1, 2, 3, 4, 5, 6, 7]) }, float([1, 0, 5])),
    answered('no channels', { x: float([8, 0]) }, float([0, 1, 5])),
    refused('a list', { x: float([8], [1, 2, 3, 4, 5, 6, 7, 8]) }, /AudioSpectrogram: x of shape/),
  ]),
  spectrogram(8, 1, true, [answeredNearly('a wave', { x: wave }, float([1, 1, 5], [0, 1, 4, 1, 0]))]),
  spectrogram(3, 2, false, [
    answeredNearly(
      'two frames of two channels, the second of which is silent',
      { x: float([6, 2], [4, 0, 4, 0, 4, 0, 8, 0, 8, 0, 8, 0]) },
      float([2, 2, 3], [6, 4.242641, 0, 12, 8.485281, 0, 0, 0, 0, 0, 0, 0]),
    ),
  ]),
  operation('Mfcc', 'Mfcc', { spectrogram: 'FP32', rate: 'INT32' }, {}, 'FP32', [
    answeredNearly(
      'a ramp',
      { spectrogram: float([1, 1, 513], ramp), rate: int([], [22_050]) },
      float(
        [1, 1, 13],
        [
          29.13970072, -6.41568601, -0.61903012, -0.96778652, -0.26819878, -0.40907028, -0.15614748,
          -0.23203119, -0.10481487, -0.1543029, -0.0769791, -0.10806114, -0.06047613,
        ],
      ),
    ),
    answered('no frames', { spectrogram: float([1, 0, 513]), rate: int([], [22_050]) }, float([1, 0, 13])),
    refused(
      'a rate of 0',
      { spectrogram: float([1, 1, 3], [1, 2, 3]), rate: int([], [0]) },
      /at a rate of 0/,
    ),
  ]),
];
