import { add, cast, multiply, unary } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type Codes, centered, quantized } from '../../builder/quantized.ts';
import { rank, type SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { refuse, refuseMalformed } from '../conversion/refusal.ts';
import type { FusedActivation } from '../file/option_tables.ts';
import { codeRange } from './element_types.ts';
import { elementOf, type StoredTensor, weightOf } from './stored_tensor.ts';
import {
  numbersOf,
  type TensorDescription,
  type TensorQuantization,
  type TfliteTensor,
  typed,
} from './tflite_tensor.ts';

const { fround } = Math;

/** One scale and one zero for all elements. */
export interface OneScale {
  readonly scale: number;
  readonly zero: number;
}

type Typed = Pick<TensorDescription, 'type'> & { readonly quantization?: TensorQuantization };

/** Whether the elements are integers that stand for floats. */
export function isQuantized(tensor: Typed): boolean {
  return tensor.quantization !== undefined && codeRange(tensor.type) !== undefined;
}

/** @throws TfliteRefusal of a tensor that is not quantized, or has a scale for each position of an axis */
export function oneScale({ type, quantization }: Typed): OneScale {
  const [scale, another] = quantization?.scales ?? [];
  if (scale === undefined) return refuse(`has a tensor of ${type} without a scale`);
  if (another !== undefined) return refuse('has several scales in a tensor that has to have one');
  if (scale === 0) return refuseMalformed('has a tensor whose scale is 0');
  return { scale, zero: quantization?.zeros[0] ?? 0 };
}

/** The integers of an output, as far as the activation of the operation lets them be. */
export function codesOf(output: Typed, activation: FusedActivation = 'NONE'): Codes {
  const { type } = output;
  const [least, most] = codeRange(type) ?? refuse(`gives ${type}, which is not of quantized numbers`);
  const { scale, zero } = oneScale(output);
  const code = (value: number): number => zero + Math.round(value / scale);
  const within = (low: number, high: number): Codes => ({
    zero,
    range: [Math.max(least, low), Math.min(most, high)],
  });
  switch (activation) {
    case 'NONE':
      return within(least, most);
    case 'RELU':
      return within(code(0), most);
    case 'RELU6':
      return within(code(0), code(6));
    case 'RELU_N1_TO_1':
      return within(code(-1), code(1));
    default:
      return refuse(
        `has the activation ${activation} of quantized numbers, which TensorFlow Lite does not compute`,
      );
  }
}

/** Floats as the integers of an output. Source: XNNPACK, which multiplies by the inverse of the scale in float32. */
export function quantize(g: NodeBuilder, x: SymbolicTensor, output: TensorDescription): SymbolicTensor {
  return quantized(g, x, fround(1 / oneScale(output).scale), codesOf(output));
}

/** Integers of one scale as those of an output; unchanged where both have the same. */
export function rescale(g: NodeBuilder, x: TfliteTensor, output: TensorDescription): TfliteTensor {
  const [from, to] = [oneScale(x), oneScale(output)];
  if (x.type === output.type && from.scale === to.scale && from.zero === to.zero) return x;
  const codes = quantized(g, centered(g, x, from.zero), fround(from.scale / to.scale), codesOf(output));
  return typed(codes, output.type, output.quantization && { quantization: output.quantization });
}

/**
 * Integers of one scale as such of 32 bits of another one, which is finer: float32 does not hold those, so that the whole and the
 * broken part of the factor are apart.
 */
export function widened(g: NodeBuilder, x: TfliteTensor, output: TensorDescription): SymbolicTensor {
  const [from, to] = [oneScale(x), oneScale(output)];
  const factor = from.scale / to.scale;
  const whole = Math.floor(factor);
  const [least, most] = codeRange(x.type) ?? refuse(`takes ${x.type}, which is not of quantized numbers`);
  if ((most - least) * (whole + 1) + Math.abs(to.zero) >= 2 ** 31)
    refuse('gives integers of more than 32 bits');
  const codes = centered(g, x, from.zero);
  const broken = unary(g, 'Round', multiply(g, codes, fround(factor - whole)));
  const sum = add(g, multiply(g, cast(g, codes, 'int32'), whole), cast(g, broken, 'int32'));
  return to.zero === 0 ? sum : add(g, sum, to.zero);
}

/** The floats that integers stand for; tensors that are not quantized are left as they are. */
export function dequantize(g: NodeBuilder, x: TfliteTensor): TfliteTensor {
  const { quantization, stored } = x;
  if (quantization === undefined || !isQuantized(x)) return x;
  if (stored !== undefined) {
    const floats = dequantized(stored, quantization);
    return {
      ...typed(g.constant(`${x.ref}/floats`, weightOf(floats)), 'FLOAT32', floatElements(x)),
      stored: floats,
    };
  }
  const [scale, zero] =
    quantization.scales.length === 1
      ? [oneScale(x).scale, oneScale(x).zero]
      : [
          along(g, x, quantization.scales, quantization.axis),
          along(g, x, quantization.zeros, quantization.axis),
        ];
  return typed(multiply(g, centered(g, cast(g, x, 'float32'), zero), scale), 'FLOAT32', floatElements(x));
}

/** Numbers for the positions of an axis, so that they broadcast. */
function along(g: NodeBuilder, x: TfliteTensor, numbers: readonly number[], axis: number): SymbolicTensor {
  const shape = x.shape.map((_, each) => (each === axis ? numbers.length : 1));
  if (axis >= rank(x) || x.shape[axis] !== numbers.length)
    refuseMalformed(`has ${numbers.length} scales for an axis of another size`);
  return g.floats(numbers, shape);
}

function floatElements(x: TfliteTensor): Pick<TfliteTensor, 'elements'> {
  const numbers = numbersOf(x);
  if (numbers === undefined || x.quantization?.scales.length !== 1) return {};
  const { scale, zero } = oneScale(x);
  return { elements: numbers.map((code) => fround((code - zero) * scale)) };
}

/** A constant as the floats that it stands for. */
function dequantized(stored: StoredTensor, { scales, zeros, axis }: TensorQuantization): StoredTensor {
  const { shape } = stored;
  if (scales.length > 1 && shape[axis] !== scales.length)
    refuseMalformed(`has ${scales.length} scales for an axis of another size`);
  const inner = shape.slice(axis + 1).reduce((count, size) => count * size, 1);
  const element = elementOf(stored.type);
  return {
    ...stored,
    type: 'FLOAT32',
    read: async () => {
      const codes = await stored.read();
      const view = new DataView(codes.buffer, codes.byteOffset, codes.byteLength);
      const floats = new Float32Array(codes.length / element.bytes);
      for (let index = 0; index < floats.length; index++) {
        const place = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
        floats[index] =
          (element.get(view, index * element.bytes) - (zeros[place] ?? 0)) * (scales[place] ?? 0);
      }
      return new Uint8Array(floats.buffer);
    },
  };
}
