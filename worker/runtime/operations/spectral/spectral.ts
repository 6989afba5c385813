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

/** The transform of the rows of complex matrices instead of that of their columns. */
function alongRows(kind: 'fft' | 'ifft', x: Tensor, length: number): Tensor {
  const order = Array.from({ length: x.rank }, (_, axis) => axis);
  const turned = order.with(-3, x.rank - 2).with(-2, x.rank - 3);
  return transpose(transformed(kind, transpose(x, turned), length), turned);
}

function expectMatrices(node: GraphNode, x: Tensor, rank: number): void {
  if (x.rank < rank || x.size === 0)
    refuse(node, `a tensor of ${x.rank} dimensions and ${x.size} elements has no matrices`);
}

const wholeMatrices =
  (kind: 'fft' | 'ifft'): Operation =>
  (node) => {
    const x = inputOf(node, 0);
    expectMatrices(node, x, 3);
    const [rows = 0, columns = 0] = x.shape.slice(-3);
    return alongRows(kind, transformed(kind, x, columns), rows);
  };

/** A height and a width are the second input. */
function sizesOf(node: GraphNode): [rows: number, columns: number] {
  const [rows, columns, ...more] = numbersInput(node, 1);
  if (rows === undefined || columns === undefined || more.length > 0)
    return refuse(node, 'its lengths are not two');
  return [rows, columns];
}

const ofRealMatrices: Operation = (node) => {
  const x = inputOf(node, 0);
  expectMatrices(node, x, 2);
  const [rows, columns] = sizesOf(node);
  return alongRows('fft', transformed('rfft', x, columns), rows);
};

const toRealMatrices: Operation = (node) => {
  const x = inputOf(node, 0);
  expectMatrices(node, x, 3);
  const [rows, columns] = sizesOf(node);
  return transformed('irfft', alongRows('ifft', x, rows), columns);
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
  FFT2D: wholeMatrices('fft'),
  IFFT: whole('ifft'),
  IFFT2D: wholeMatrices('ifft'),
  IRFFT: ofLength('irfft'),
  IRFFT2D: toRealMatrices,
  Imag: of(imaginaryPart),
  RFFT: ofLength('rfft'),
  RFFT2D: ofRealMatrices,
  Real: of(realPart),
};
