import { countUp } from '../../../builder/creation.ts';
import { add, binary, multiply, select, subtract } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import {
  type Dimension,
  dimension,
  expandDimension,
  gather,
  scaledDimension,
  stack,
  transpose,
} from '../../../builder/shaping.ts';
import { axisToLast } from '../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { onlyElement } from '../shapes/sizes.ts';
import {
  type ComplexParts,
  fromHalf,
  halfTransformed,
  lengthOfLast,
  partsOf,
  transformed,
  withLength,
} from './fourier.ts';

/** Moves one dimension to the end. */
type Move = (x: SymbolicTensor) => SymbolicTensor;

/** The discrete Fourier transform of [..., 1] or [..., 2] along one of the dimensions before the last. */
const dft: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const x = input(call, 0);
  const [isInverse, isHalf] = [attributes.flag('inverse'), attributes.flag('onesided')];
  const { there, back } = readAxis(call, rank(x) - 1);
  const parts = partsOf(g, x);
  const real = there(parts.real);
  const imaginary = parts.imaginary && there(parts.imaginary);
  const given = inputs[1] === undefined ? undefined : lengthOf(g, inputs[1]);
  if (isInverse && isHalf) {
    const length = given ?? scaledDimension(g, lengthOfLast(g, real), 2, -2);
    return typed(stack(g, [back(fromHalf(g, { real, imaginary }, length))], rank(x) - 1), x.type);
  }
  if (isHalf && imaginary !== undefined) refuse('gives one half of the frequencies of complex numbers');
  const length = given ?? lengthOfLast(g, real);
  const sized = (part: SymbolicTensor) => (given === undefined ? part : withLength(g, part, given));
  const result = isHalf
    ? halfTransformed(g, real, length)
    : transformed(g, isInverse ? 'IFFT' : 'FFT', {
        real: sized(real),
        imaginary: imaginary && sized(imaginary),
      });
  return typed(joined(g, result, back), x.type);
};

/** The two parts as two elements of a new last dimension. */
function joined(
  g: NodeBuilder,
  { real, imaginary }: ComplexParts,
  back: Move = (part) => part,
): SymbolicTensor {
  const parts = [back(real), back(imaginary ?? multiply(g, real, 0))];
  return stack(g, parts, rank(real));
}

function lengthOf(g: NodeBuilder, x: OnnxTensor): Dimension {
  return numbersOf(x)?.[0] ?? onlyElement(g, x);
}

/** How the dimension to transform comes to the end, and back. @param count of the dimensions without the last one */
function readAxis(call: OperatorCall, count: number): { readonly there: Move; readonly back: Move } {
  const { g, attributes, inputs, opset } = call;
  const [tensor] = opset < 20 ? [] : [inputs[2]];
  const given =
    opset < 20 ? attributes.integer('axis', 1) : tensor === undefined ? -2 : numbersOf(tensor)?.[0];
  if (given !== undefined) {
    const axis = axisIn(count, given < 0 ? given + 1 : given);
    const moves = axisToLast(
      { ref: '', dtype: 'float32', shape: Array.from({ length: count }, () => null) },
      axis,
    );
    return {
      there: (x) => transpose(g, x, moves.there),
      back: (x) => transpose(g, x, moves.back),
    };
  }
  // The request decides: the dimension changes its place with the last one.
  const wanted = onlyElement(g, tensor ?? refuseMalformed('has no axis'));
  const axis = select(g, binary(g, 'Less', wanted, 0), add(g, wanted, count + 1), wanted);
  const places = countUp(g, count);
  const last = count - 1;
  const others = select(g, binary(g, 'Equal', places, last), axis, places);
  const order = select(g, binary(g, 'Equal', places, axis), last, others);
  const swap: Move = (x) =>
    g.node('Transpose', [x, order], { shape: x.shape.map(() => null) }, { Tperm: typeValue('int32') });
  return { there: swap, back: swap };
}

/** The transform of frames of [batch, samples, 1] or [..., 2]: [batch, frames, frequencies, 2]. */
const stft: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const x = input(call, 0);
  const parts = partsOf(g, x);
  const step = lengthOf(g, input(call, 1));
  const window = inputs[2];
  const isHalf = attributes.flag('onesided', true) && parts.imaginary === undefined;
  const given = inputs[3] === undefined ? undefined : lengthOf(g, inputs[3]);
  const length =
    (window === undefined ? given : dimension(g, window, 0)) ??
    refuseMalformed('has neither a window nor the length of a frame');
  const places = framePlaces(g, dimension(g, x, 1), length, step);
  const framed = (part: SymbolicTensor) => {
    const frames = gather(g, part, places, 1);
    return window === undefined ? frames : multiply(g, frames, window);
  };
  const real = framed(parts.real);
  const result = isHalf
    ? halfTransformed(g, real, length)
    : transformed(g, 'FFT', { real, imaginary: parts.imaginary && framed(parts.imaginary) });
  return typed(joined(g, result), x.type);
};

/** Which samples each frame has, [frames, length]. */
function framePlaces(g: NodeBuilder, samples: Dimension, length: Dimension, step: Dimension): SymbolicTensor {
  const areKnown = typeof samples === 'number' && typeof length === 'number' && typeof step === 'number';
  if (areKnown && (step < 1 || length > samples)) {
    return refuse(`has frames of ${length} samples, ${step} apart, of ${samples} samples`);
  }
  const count: Dimension = areKnown
    ? Math.floor((samples - length) / step) + 1
    : add(g, binary(g, 'FloorDiv', minus(g, samples, length), step), 1);
  const starts = multiply(g, countUp(g, count), step);
  return add(g, expandDimension(g, starts, 1), countUp(g, length));
}

/** A difference of which one at least is no number. */
function minus(g: NodeBuilder, one: Dimension, other: Dimension): SymbolicTensor {
  return subtract(
    g,
    typeof one === 'number' && typeof other === 'number' ? g.integers([one], []) : one,
    other,
  );
}

export const TRANSFORMS: OperatorTable = { DFT: dft, STFT: stft };
