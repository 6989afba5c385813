import type { RawTensor } from '../../../../fixtures/requests/raw_inference.ts';
import { answered, float, type GateCase, int, integers, refused } from '../../../gate/gate_cases/case.ts';

/** Complex numbers leave a graph by their parts: the graphs end with the real or the imaginary one. */
const COMPLEX = { T: { type: 'DT_COMPLEX64' }, Tout: { type: 'DT_FLOAT' } };
const FLOATS = { T: { type: 'DT_FLOAT' }, Tout: { type: 'DT_COMPLEX64' } };
type Part = 'Real' | 'Imag' | 'ComplexAbs' | 'Angle';
type Node = Readonly<Record<string, unknown>>;

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

const part = (kind: Part, of: string): Node => ({ name: 'y', op: kind, input: [of], attr: COMPLEX });
const joined = (name: string, real: string, imaginary: string): Node => ({
  name,
  op: 'Complex',
  input: [real, imaginary],
  attr: FLOATS,
});

const rfft = (kind: Part, asked: GateCase['asked']): GateCase =>
  graph(
    `RFFT and ${kind}`,
    { x: 'FP32', length: 'INT32' },
    [{ name: 'f', op: 'RFFT', input: ['x', 'length'], attr: {} }, part(kind, 'f')],
    asked,
  );
const fft = (op: 'FFT' | 'IFFT', kind: Part, asked: GateCase['asked']): GateCase =>
  graph(
    `${op} and ${kind}`,
    { a: 'FP32', b: 'FP32' },
    [joined('x', 'a', 'b'), { name: 'f', op, input: ['x'], attr: {} }, part(kind, 'f')],
    asked,
  );
const irfft = (asked: GateCase['asked']): GateCase =>
  graph(
    'IRFFT',
    { a: 'FP32', b: 'FP32', length: 'INT32' },
    [joined('x', 'a', 'b'), { name: 'y', op: 'IRFFT', input: ['x', 'length'], attr: {} }],
    asked,
  );
const product = (op: 'Mul' | 'AddV2' | 'Sub', kind: Part, asked: GateCase['asked']): GateCase =>
  graph(
    `${op} of complex numbers and ${kind}`,
    { a: 'FP32', b: 'FP32', c: 'FP32', d: 'FP32' },
    [
      joined('u', 'a', 'b'),
      joined('v', 'c', 'd'),
      { name: 'f', op, input: ['u', 'v'], attr: { T: { type: 'DT_COMPLEX64' } } },
      part(kind, 'f'),
    ],
    asked,
  );

const matrices = (op: 'RFFT2D', kind: Part, asked: GateCase['asked']): GateCase =>
  graph(
    `${op} and ${kind}`,
    { x: 'FP32', lengths: 'INT32' },
    [{ name: 'f', op, input: ['x', 'lengths'], attr: {} }, part(kind, 'f')],
    asked,
  );

/** What moves complex numbers moves their parts: the imaginary one is looked at, the real one is 9. */
const moved = (
  op: string,
  constants: Readonly<Record<string, number | readonly number[]>>,
  given: RawTensor,
  wanted: RawTensor,
  attr: Readonly<Record<string, unknown>> = {},
): GateCase => ({
  ...graph(
    `${op} of complex numbers`,
    { a: 'FP32', b: 'FP32' },
    [
      joined('c', 'a', 'b'),
      { name: 'm', op, input: ['c', ...Object.keys(constants)], attr: { T: COMPLEX.T, ...attr } },
      part('Imag', 'm'),
    ],
    [answered('its parts', { a: float([], [9]), b: given }, wanted)],
  ),
  constants: Object.entries(constants).map(([name, values]) => ({
    name,
    shape: name === 'paddings' ? [1, 2] : typeof values === 'number' ? [] : [values.length],
    values: [values].flat(),
  })),
});

const lengths = (rows: number, columns: number) => ({ lengths: int([2], [rows, columns]) });
const length = (value: number) => ({ length: int([1], [value]) });
const list = (...values: number[]) => float([values.length], values);
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the definition of the transform, at lengths whose cosines and sines are 0, 1 and -1, or sums of them. */
export const SPECTRAL_CASES: readonly GateCase[] = [
  rfft('Real', [
    answered('four values', { x: list(1, 2, 3, 4), ...length(4) }, list(10, -2, -2)),
    answered('cropped', { x: list(1, 2, 3, 4, 5, 6), ...length(4) }, list(10, -2, -2)),
    answered('filled with zeros', { x: list(1, 2), ...length(4) }, list(3, 1, -1)),
    answered('three values', { x: list(3, 0, 0), ...length(3) }, list(3, 3)),
    answered('one value', { x: list(7), ...length(1) }, list(7)),
    answered('two rows', { x: float([2, 2], [1, 2, 3, 5]), ...length(2) }, float([2, 2], [3, -1, 8, -2])),
    answered(
      'NaN stays in its row',
      { x: float([2, 2], [nan, 1, 1, 1]), ...length(2) },
      float([2, 2], [nan, nan, 2, 0]),
    ),
    answered('no rows', { x: float([0, 4]), ...length(4) }, float([0, 3])),
    answered('no values', { x: float([1, 0]), ...length(2) }, float([1, 2], [0, 0])),
    refused('no length', { x: list(1), ...length(0) }, /a transform of 0 values/),
    refused(
      'a length that is too large',
      { x: list(1), ...length(2 ** 30) },
      /a transform of 1073741824 values/,
    ),
    refused('a scalar', { x: float([], [1]), ...length(1) }, /has nothing to transform/),
  ]),
  rfft('Imag', [answered('four values', { x: list(1, 2, 3, 4), ...length(4) }, list(0, 2, 0))]),
  rfft('ComplexAbs', [
    answered(
      'a constant has one frequency',
      { x: list(2, 2, 2, 2, 2, 2, 2, 2), ...length(8) },
      list(16, 0, 0, 0, 0),
    ),
    answered('an impulse has all of them', { x: list(3, 0, 0, 0, 0), ...length(5) }, list(3, 3, 3)),
  ]),
  fft('FFT', 'Real', [
    answered('an impulse', { a: list(0, 1, 0, 0), b: list(0, 0, 0, 0) }, list(1, 0, -1, 0)),
    answered('imaginary numbers', { a: list(0, 0), b: list(1, 2) }, list(0, 0)),
    answered('nothing', { a: float([0]), b: float([0]) }, float([0])),
  ]),
  fft('FFT', 'Imag', [
    answered('an impulse', { a: list(0, 1, 0, 0), b: list(0, 0, 0, 0) }, list(0, -1, 0, 1)),
    answered('imaginary numbers', { a: list(0, 0), b: list(1, 2) }, list(3, -1)),
  ]),
  fft('IFFT', 'Real', [
    answered('back to an impulse', { a: list(1, 0, -1, 0), b: list(0, -1, 0, 1) }, list(0, 1, 0, 0)),
  ]),
  fft('IFFT', 'Imag', [answered('of imaginary numbers', { a: list(0, 0), b: list(3, -1) }, list(1, 2))]),
  irfft([
    answered(
      'back to four values',
      { a: list(10, -2, -2), b: list(0, 2, 0), ...length(4) },
      list(1, 2, 3, 4),
    ),
    answered(
      'the ends have no imaginary part',
      { a: list(10, -2, -2), b: list(9, 2, 9), ...length(4) },
      list(1, 2, 3, 4),
    ),
    answered('an odd length', { a: list(3, 0), b: list(0, 0), ...length(3) }, list(1, 1, 1)),
    answered('filled with zeros', { a: list(4), b: list(0), ...length(4) }, list(1, 1, 1, 1)),
  ]),
  matrices('RFFT2D', 'Real', [
    answered(
      'an impulse and a plane',
      { x: float([2, 2, 2], [0, 1, 0, 0, 1, 1, 1, 1]), ...lengths(2, 2) },
      float([2, 2, 2], [1, -1, 1, -1, 4, 0, 0, 0]),
    ),
    answered('filled with zeros', { x: float([1, 1], [3]), ...lengths(2, 3) }, float([2, 2], [3, 3, 3, 3])),
    refused('a list', { x: list(1), ...lengths(1, 1) }, /RFFT2D: a tensor of 1 dimensions/),
  ]),
  matrices('RFFT2D', 'Imag', [
    answered(
      'a row that is below the first',
      { x: float([4, 1], [0, 1, 0, 0]), ...lengths(4, 1) },
      float([4, 1], [0, -1, 0, 1]),
    ),
  ]),
  graph(
    'RFFT2D and IRFFT2D',
    { x: 'FP32', lengths: 'INT32' },
    [
      { name: 'f', op: 'RFFT2D', input: ['x', 'lengths'], attr: {} },
      { name: 'y', op: 'IRFFT2D', input: ['f', 'lengths'], attr: {} },
    ],
    [
      answered(
        'there and back',
        { x: float([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), ...lengths(2, 4) },
        float([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
      ),
    ],
  ),
  graph(
    'FFT2D and IFFT2D',
    { x: 'FP32' },
    [
      {
        name: 'c',
        op: 'Cast',
        input: ['x'],
        attr: { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_COMPLEX64' } },
      },
      { name: 'f', op: 'FFT2D', input: ['c'], attr: {} },
      { name: 'b', op: 'IFFT2D', input: ['f'], attr: {} },
      part('Real', 'b'),
    ],
    [answered('there and back', { x: float([2, 2], [1, 2, 3, 4]) }, float([2, 2], [1, 2, 3, 4]))],
  ),
  graph(
    'Complex and ComplexAbs',
    { a: 'FP32', b: 'FP32' },
    [joined('x', 'a', 'b'), part('ComplexAbs', 'x')],
    [
      answered(
        'squares that are too large for float32, infinities and NaN',
        { a: list(3, Math.fround(3e30), nan, nan), b: list(4, Math.fround(4e30), infinity, 1) },
        list(5, Math.fround(5e30), infinity, nan),
      ),
      answered('a part that is stretched', { a: list(3, 5), b: float([], [0]) }, list(3, 5)),
      answered('no numbers', { a: float([0]), b: float([0]) }, float([0])),
      refused('parts that do not fit', { a: list(1, 2), b: list(1, 2, 3) }, /do not broadcast/),
    ],
  ),
  graph(
    'Complex and Angle',
    { a: 'FP32', b: 'FP32' },
    [joined('x', 'a', 'b'), part('Angle', 'x')],
    [answered('on the axes', { a: list(1, 0, -1), b: list(0, 0, 0) }, list(0, 0, Math.fround(Math.PI)))],
  ),
  graph(
    'Complex, Conj and Imag',
    { a: 'FP32', b: 'FP32' },
    [
      joined('x', 'a', 'b'),
      { name: 'c', op: 'Conj', input: ['x'], attr: { T: COMPLEX.T } },
      part('Imag', 'c'),
    ],
    [answered('its sign changes', { a: list(1, 2), b: list(3, -4) }, list(-3, 4))],
  ),
  graph(
    'Cast to complex numbers and back',
    { a: 'FP32' },
    [
      {
        name: 'c',
        op: 'Cast',
        input: ['a'],
        attr: { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_COMPLEX64' } },
      },
      {
        name: 'y',
        op: 'Cast',
        input: ['c'],
        attr: { SrcT: { type: 'DT_COMPLEX64' }, DstT: { type: 'DT_FLOAT' } },
      },
    ],
    [answered('the same', { a: list(1, -2) }, list(1, -2))],
  ),
  moved('Transpose', { perm: [1, 0] }, float([2, 1], [1, 2]), float([1, 2], [1, 2])),
  moved('Reshape', { shape: [1, -1] }, list(1, 2), float([1, 2], [1, 2])),
  moved('ExpandDims', { dim: -1 }, list(1, 2), float([2, 1], [1, 2])),
  moved('Sum', { axis: [-1] }, float([2, 2], [1, 2, 3, 4]), list(3, 7)),
  moved('Slice', { begin: [1], size: [-1] }, list(1, 2, 3), list(2, 3)),
  moved('Pad', { paddings: [1, 2] }, list(5), list(0, 5, 0, 0)),
  moved('Tile', { multiples: [2] }, list(1, 2), list(1, 2, 1, 2)),
  moved('ReverseV2', { axis: [-1] }, list(1, 2, 3), list(3, 2, 1)),
  moved('Squeeze', {}, float([2, 1], [1, 2]), list(1, 2), { squeeze_dims: integers(-1) }),
  moved('StridedSlice', { begin: [1], end: [3], strides: [1] }, list(1, 2, 3), list(2, 3), {}),
  product('Mul', 'Real', [
    answered('(1 + 2i)(3 + 4i)', { a: list(1), b: list(2), c: list(3), d: list(4) }, list(-5)),
    answered(
      'a mask for all rows',
      { a: float([2, 1], [1, 2]), b: float([2, 1], [0, 0]), c: list(3, 5), d: list(0, 0) },
      float([2, 2], [3, 5, 6, 10]),
    ),
  ]),
  product('Mul', 'Imag', [
    answered('(1 + 2i)(3 + 4i)', { a: list(1), b: list(2), c: list(3), d: list(4) }, list(10)),
  ]),
  product('AddV2', 'Imag', [
    answered('both parts', { a: list(1), b: list(2), c: list(3), d: list(4) }, list(6)),
  ]),
  product('Sub', 'Real', [
    answered('both parts', { a: list(1), b: list(2), c: list(3), d: list(4) }, list(-2)),
  ]),
];
