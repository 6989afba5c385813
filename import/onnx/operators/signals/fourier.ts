import { add, binary, multiply } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import {
  type Dimension,
  dimension,
  gather,
  pad,
  reshape,
  shapeTensor,
  slice,
} from '../../../builder/shaping.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OnnxTensor } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';

/** The real parts of complex numbers and their imaginary ones, which real numbers do not have. */
export interface ComplexParts {
  readonly real: SymbolicTensor;
  readonly imaginary: SymbolicTensor | undefined;
}

const COMPLEX = { type: 'DT_COMPLEX64' };

/** The numbers of a tensor whose last dimension has one for a real number and two for a complex one. */
export function partsOf(g: NodeBuilder, x: OnnxTensor): ComplexParts {
  const axis = rank(x) - 1;
  const count = x.shape[axis] ?? refuse('takes a tensor that may be of real or of complex numbers');
  const part = (index: number) => gather(g, x, g.integers([index], []), axis);
  return { real: part(0), imaginary: count === 1 ? undefined : part(1) };
}

/** Along the last dimension, all of it. @param kind there or back */
export function transformed(
  g: NodeBuilder,
  kind: 'FFT' | 'IFFT',
  { real, imaginary }: ComplexParts,
): Required<ComplexParts> {
  const { shape } = real;
  const complex = g.node('Complex', [real, imaginary ?? multiply(g, real, 0)], { shape }, { Tout: COMPLEX });
  return realAndImaginary(g, g.node(kind, [complex], { shape }, { T: COMPLEX, Tcomplex: COMPLEX }));
}

/** The frequencies of real numbers along the last dimension, from 0 to half of the length. */
export function halfTransformed(
  g: NodeBuilder,
  real: SymbolicTensor,
  length: Dimension,
): Required<ComplexParts> {
  const bins = halfOf(g, length);
  const shape = [...real.shape.slice(0, -1), typeof bins === 'number' ? bins : null];
  return realAndImaginary(
    g,
    g.node(
      'RFFT',
      [real, shapeTensor(g, [length])],
      { shape },
      { Treal: typeValue('float32'), Tcomplex: COMPLEX },
    ),
  );
}

/** The real numbers of which these are the frequencies from 0 to half of the length. */
export function fromHalf(
  g: NodeBuilder,
  { real, imaginary }: ComplexParts,
  length: Dimension,
): SymbolicTensor {
  const { shape } = real;
  const complex = g.node('Complex', [real, imaginary ?? multiply(g, real, 0)], { shape }, { Tout: COMPLEX });
  return g.node(
    'IRFFT',
    [complex, shapeTensor(g, [length])],
    { shape: [...shape.slice(0, -1), typeof length === 'number' ? length : null] },
    { T: COMPLEX, Treal: typeValue('float32'), Tcomplex: COMPLEX },
  );
}

function realAndImaginary(g: NodeBuilder, complex: SymbolicTensor): Required<ComplexParts> {
  const part = (op: 'Imag' | 'Real') =>
    g.node(op, [complex], { shape: complex.shape }, { T: COMPLEX, Tout: typeValue('float32') });
  return { real: part('Real'), imaginary: part('Imag') };
}

/** How many frequencies of real numbers differ. */
export function halfOf(g: NodeBuilder, length: Dimension): Dimension {
  return typeof length === 'number'
    ? Math.floor(length / 2) + 1
    : add(g, binary(g, 'FloorDiv', length, 2), 1);
}

/** The last dimension with a length: cut off, or filled with zeros. */
export function withLength(g: NodeBuilder, x: SymbolicTensor, length: Dimension): SymbolicTensor {
  const axis = rank(x) - 1;
  const own = x.shape[axis];
  const before = x.shape.slice(0, -1);
  if (typeof own === 'number' && typeof length === 'number') {
    if (own >= length) return own === length ? x : slice(g, x, axis, 0, length);
    return pad(g, x, [...before.map((): [number, number] => [0, 0]), [0, length - own]]);
  }
  const widths = reshape(g, shapeTensor(g, [...before.flatMap(() => [0, 0]), 0, length]), [rank(x), 2]);
  const wide = g.node('Pad', [x, widths], { shape: [...before, null] }, { Tpaddings: typeValue('int32') });
  const others = before.reduce<number>((bits, _, index) => bits | (1 << index), 0);
  const end = shapeTensor(g, [...before.map(() => 0), length]);
  const shape = [...before, typeof length === 'number' ? length : null];
  const ranges = { begin: x.shape.map(() => 0), end, steps: x.shape.map(() => 1) };
  return stridedSlice(g, wide, ranges, shape, { begin: others, end: others });
}

/** @param size of the last dimension */
export function lengthOfLast(g: NodeBuilder, x: SymbolicTensor): Dimension {
  return dimension(g, x, rank(x) - 1);
}
