import type { RawTensor } from '../../../../fixtures/requests/raw_inference.ts';
import { answeredNearly, float, type GateCase, int, refused } from '../../../gate/gate_cases/case.ts';

type Node = Readonly<Record<string, unknown>>;

const COMPLEX = { T: { type: 'DT_COMPLEX64' }, Tout: { type: 'DT_FLOAT' } };
const shape = [2, 2, 3];
const values = [1, 2, 0, 3, 0, 1, 0, 1, 4, 2, 5, 0];
/** The same planes in the other order. */
const turned = [0, 1, 4, 2, 5, 0, 1, 2, 0, 3, 0, 1];
const volume = float(shape, values);
const lengths = (...sizes: number[]) => int([3], sizes);

function graph(
  name: string,
  inputs: Readonly<Record<string, RawTensor['datatype']>>,
  nodes: readonly Node[],
  asked: GateCase['asked'],
): GateCase {
  return {
    name,
    inputs: Object.entries(inputs).map(([each, type]) => ({
      name: each,
      dtype: type === 'INT32' ? 'DT_INT32' : 'DT_FLOAT',
    })),
    nodes,
    outputs: [{ name: 'y', dtype: 'DT_FLOAT' }],
    asked,
  };
}

const ofReal = (part: 'Real' | 'Imag', asked: GateCase['asked']): GateCase =>
  graph(
    `RFFT3D and ${part}`,
    { x: 'FP32', lengths: 'INT32' },
    [
      { name: 'f', op: 'RFFT3D', input: ['x', 'lengths'], attr: {} },
      { name: 'y', op: part, input: ['f'], attr: COMPLEX },
    ],
    asked,
  );

const ofComplex = (op: 'FFT3D' | 'IFFT3D', part: 'Real' | 'Imag', asked: GateCase['asked']): GateCase =>
  graph(
    `${op} and ${part}`,
    { a: 'FP32', b: 'FP32' },
    [
      {
        name: 'c',
        op: 'Complex',
        input: ['a', 'b'],
        attr: { T: { type: 'DT_FLOAT' }, Tout: { type: 'DT_COMPLEX64' } },
      },
      { name: 'f', op, input: ['c'], attr: {} },
      { name: 'y', op: part, input: ['f'], attr: COMPLEX },
    ],
    asked,
  );

/** Values by numpy.fft, of which tf.signal.fft3d and its siblings are the same transforms. */
export const VOLUME_CASES: readonly GateCase[] = [
  ofReal('Real', [
    answeredNearly(
      'of a volume',
      { x: volume, lengths: lengths(2, 2, 3) },
      float([2, 2, 2], [19.0, -0.5, -3.0, -4.5, -5.0, 5.5, 1.0, -0.5]),
    ),
    answeredNearly(
      'cropped, and filled up with zeros',
      { x: volume, lengths: lengths(1, 2, 4) },
      float([1, 2, 3], [7.0, 3.0, 3.0, -1.0, -1.0, -5.0]),
    ),
    refused(
      'a matrix',
      { x: float([1, 1], [1]), lengths: lengths(1, 1, 1) },
      /RFFT3D: a tensor of 2 dimensions/,
    ),
    refused('lengths of a matrix', { x: volume, lengths: int([2], [1, 1]) }, /RFFT3D: its lengths are not 3/),
  ]),
  ofReal('Imag', [
    answeredNearly(
      'of a volume',
      { x: volume, lengths: lengths(2, 2, 3) },
      float([2, 2, 2], [0.0, -2.598076, 0.0, 4.330127, 0.0, 0.866025, 0.0, -9.526279]),
    ),
  ]),
  ...(['Real', 'Imag'] as const).map((part) =>
    ofComplex('FFT3D', part, [
      answeredNearly(
        'of a volume',
        { a: volume, b: float(shape, turned) },
        float(
          shape,
          part === 'Real'
            ? [
                19.0, 2.098076, -3.098076, -3.0, -8.830127, -0.169873, -5.0, 6.366025, 4.633975, 1.0,
                -10.026279, 9.026279,
              ]
            : [
                19.0, -3.098076, 2.098076, -3.0, -0.169873, -8.830127, 5.0, -4.633975, -6.366025, -1.0,
                -9.026279, 10.026279,
              ],
        ),
      ),
    ]),
  ),
  ofComplex('IFFT3D', 'Real', [
    answeredNearly(
      'of a volume',
      { a: volume, b: float(shape, turned) },
      float(
        shape,
        [
          1.583333, -0.258173, 0.17484, -0.25, -0.014156, -0.735844, -0.416667, 0.386165, 0.530502, 0.083333,
          0.75219, -0.835523,
        ],
      ),
    ),
  ]),
  graph(
    'RFFT3D and IRFFT3D',
    { x: 'FP32', lengths: 'INT32' },
    [
      { name: 'f', op: 'RFFT3D', input: ['x', 'lengths'], attr: {} },
      { name: 'y', op: 'IRFFT3D', input: ['f', 'lengths'], attr: {} },
    ],
    [answeredNearly('there and back', { x: volume, lengths: lengths(2, 2, 3) }, volume)],
  ),
];
