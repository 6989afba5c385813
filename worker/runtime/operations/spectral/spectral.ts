import type { GraphNode } from '@tensorflow/tfjs-converter';
import { atan2, engine, type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { Transform } from '../../kernels/gate/rules/spectral.ts';
import { inputOf, numberInput, numbersInput, type Operation, type Operations, refuse } from '../operation.ts';
import { broadcastShape, stretch } from '../shapes.ts';
import { complexOf, conjugateOf, imaginaryPart, realPart } from './complex_numbers.ts';

const transformed = (kind: Transform, x: Tensor, length: number): Tensor =>
  engine().runKernel('Fourier', { x }, { kind, length });

/** The length is the second input, a list of one. */
const ofLength =
  (kind: Transform): Operation =>
  (node) =>
    transformed(kind, inputOf(node, 0), numberInput(node, 1));

/** As long as the last dimension of complex numbers. Of none at all it is nothing. */
const whole =
  (kind: Transform): Operation =>
  (node) => {
    const x = inputOf(node, 0);
    const length = x.shape.at(-2) ?? 0;
    return length === 0 ? x.clone() : transformed(kind, x, length);
  };

/**
 * The transform of complex numbers along another dimension than the last one.
 *
 * @param fromLast how many dimensions it is before the last one
 */
function along(kind: 'fft' | 'ifft', x: Tensor, fromLast: number, length: number): Tensor {
  if (fromLast === 0) return transformed(kind, x, length);
  const order = Array.from({ length: x.rank }, (_, axis) => axis);
  const [last, wanted] = [x.rank - 2, x.rank - 2 - fromLast];
  const turned = order.with(wanted, last).with(last, wanted);
  return transpose(transformed(kind, transpose(x, turned), length), turned);
}

function expectDimensions(node: GraphNode, x: Tensor, rank: number): void {
  if (x.rank < rank || x.size === 0)
    refuse(node, `a tensor of ${x.rank} dimensions and ${x.size} elements has nothing to transform`);
}

/** Of complex numbers along two or three dimensions, as long as they are. */
const wholeGrids =
  (kind: 'fft' | 'ifft', dimensions: 2 | 3): Operation =>
  (node) => {
    const x = inputOf(node, 0);
    expectDimensions(node, x, dimensions + 1);
    const sizes = x.shape.slice(-dimensions - 1, -1).reverse();
    return sizes.reduce((result, size, fromLast) => along(kind, result, fromLast, size), x);
  };

/** The lengths of all dimensions are the second input, here from the last one. */
function lengthsOf(node: GraphNode, dimensions: number): [last: number, others: number[]] {
  const [last, ...others] = numbersInput(node, 1).reverse();
  if (last === undefined || others.length !== dimensions - 1)
    return refuse(node, `its lengths are not ${dimensions}`);
  return [last, others];
}

const ofRealGrids =
  (dimensions: 2 | 3): Operation =>
  (node) => {
    const x = inputOf(node, 0);
    expectDimensions(node, x, dimensions);
    const [last, others] = lengthsOf(node, dimensions);
    return others.reduce(
      (result, length, index) => along('fft', result, index + 1, length),
      transformed('rfft', x, last),
    );
  };

const toRealGrids =
  (dimensions: 2 | 3): Operation =>
  (node) => {
    const x = inputOf(node, 0);
    expectDimensions(node, x, dimensions + 1);
    const [last, others] = lengthsOf(node, dimensions);
    const inner = others.reduce((result, length, index) => along('ifft', result, index + 1, length), x);
    return transformed('irfft', inner, last);
  };

const of =
  (compute: (x: Tensor) => Tensor): Operation =>
  (node) =>
    compute(inputOf(node, 0));

function complex(node: GraphNode): Tensor {
  const [real, imaginary] = [inputOf(node, 0), inputOf(node, 1)];
  const shape = broadcastShape(node, real.shape, imaginary.shape);
  const stretched = (x: Tensor): Tensor => (String(x.shape) === String(shape) ? x : stretch(x, shape));
  return complexOf(stretched(real), stretched(imaginary));
}

export const SPECTRAL: Operations = {
  Angle: of((x) => atan2(imaginaryPart(x), realPart(x))),
  Complex: complex,
  ComplexAbs: of((x) => engine().runKernel('ComplexAbs', { x })),
  Conj: of(conjugateOf),
  FFT: whole('fft'),
  FFT2D: wholeGrids('fft', 2),
  FFT3D: wholeGrids('fft', 3),
  IFFT: whole('ifft'),
  IFFT2D: wholeGrids('ifft', 2),
  IFFT3D: wholeGrids('ifft', 3),
  IRFFT: ofLength('irfft'),
  IRFFT2D: toRealGrids(2),
  IRFFT3D: toRealGrids(3),
  Imag: of(imaginaryPart),
  RFFT: ofLength('rfft'),
  RFFT2D: ofRealGrids(2),
  RFFT3D: ofRealGrids(3),
  Real: of(realPart),
};
