import { textValue, typeValue } from '../../../builder/node_builder.ts';
import { pad } from '../../../builder/shaping.ts';
import { rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
  output,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { numbersOf } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from './only_element.ts';

type Widths = readonly (readonly [before: number, after: number])[];

const ATTRIBUTES = { Tpaddings: typeValue('int32') };

/** The widths before and after each dimension; undefined where the request decides them. */
function widthsOf(call: OperatorCall): Widths | undefined {
  const x = input(call, 0);
  const numbers = numbersOf(input(call, 1));
  if (numbers === undefined) return undefined;
  if (numbers.length !== 2 * rank(x) || numbers.some((width) => width < 0))
    return refuseMalformed(`has widths that are not those of ${rank(x)} dimensions`);
  return x.shape.map((_, axis) => [numbers[2 * axis] ?? 0, numbers[2 * axis + 1] ?? 0]);
}

function paddedShape(shape: Shape, widths: Widths | undefined): Shape {
  return shape.map((size, axis) => {
    const [before, after] = widths?.[axis] ?? [0, 0];
    return size === null || widths === undefined ? null : size + before + after;
  });
}

/** Zeros around a tensor: of quantized ones, the integers that stand for zero. */
const padWithZeros: Operator = (call) => {
  const [zero = 0] = output(call, 0).quantization?.zeros ?? [];
  const x = input(call, 0);
  const widths = widthsOf(call);
  if (widths !== undefined && x.dtype !== 'bool' && x.dtype !== 'string') return pad(call.g, x, widths, zero);
  if (x.dtype === 'string' || x.dtype === 'bool') return refuse(`puts zeros around a tensor of ${x.type}`);
  return padWith(call, call.g.scalar(zero, x.dtype));
};

function padWith(call: OperatorCall, value: SymbolicTensor): SymbolicTensor {
  const [x, widths] = [input(call, 0), input(call, 1)];
  return call.g.node(
    'PadV2',
    [x, widths, value],
    { shape: paddedShape(x.shape, widthsOf(call)) },
    ATTRIBUTES,
  );
}

const padWithValue: Operator = (call) => {
  const [x, value] = [input(call, 0), input(call, 2)];
  const [number] = numbersOf(value) ?? [];
  const widths = widthsOf(call);
  if (number === undefined || widths === undefined) return padWith(call, onlyElement(call.g, value));
  return pad(call.g, x, widths, number);
};

/** Mirrors the tensor around its borders. */
const mirrorPad: Operator = (call) => {
  const { g, options } = call;
  const [x, widths] = [input(call, 0), input(call, 1)];
  const { mode } = options.read('MirrorPadOptions');
  return g.node(
    'MirrorPad',
    [x, widths],
    { shape: paddedShape(x.shape, widthsOf(call)) },
    { ...ATTRIBUTES, mode: textValue(mode) },
  );
};

export const PADDING: OperatorTable = {
  MIRROR_PAD: asCodes(mirrorPad),
  PAD: asCodes(padWithZeros),
  PADV2: asCodes(padWithValue),
};
