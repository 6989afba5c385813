import { countUp, fillShape, range as rangeOf } from '../../../builder/creation.ts';
import { binary, cast } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import { type Dimension, dimensions, expandDimension, shapeTensor } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import {
  dataTypeOf,
  describeElementType,
  type ElementTypeName,
  elementTypeName,
  isInteger,
} from '../../values/element_types.ts';
import { constantFrom, elementsTensor } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { lengthOf, onlyElement, productOf } from './sizes.ts';

/** A type that an attribute names by its number. */
export function typeOfNumber(number: number): ElementTypeName {
  return elementTypeName(number) ?? refuse(`gives ${describeElementType(number)}, which is not computed`);
}

const constant: Operator = ({ g, attributes, constant: read }) => {
  const tensor = attributes.tensor('value');
  if (tensor !== undefined) return read(tensor);
  const [integer, integers] = [attributes.integer('value_int'), attributes.integers('value_ints')];
  const [float, floats] = [attributes.float('value_float'), attributes.floats('value_floats')];
  const [text, texts] = [attributes.text('value_string'), attributes.texts('value_strings')];
  if (integer !== undefined) return constantFrom(g, [integer], [], 'INT64');
  if (integers !== undefined) return constantFrom(g, integers, [integers.length], 'INT64');
  if (float !== undefined) return constantFrom(g, [float], [], 'FLOAT');
  if (floats !== undefined) return constantFrom(g, floats, [floats.length], 'FLOAT');
  if (text !== undefined) return { ...typed(g.string(text), 'STRING'), texts: [text] };
  if (texts !== undefined) return { ...typed(g.strings(texts), 'STRING'), texts };
  return refuseMalformed('has no value that is read');
};

const constantOfShape: Operator = (call) => {
  const { g, attributes } = call;
  const target = input(call, 0);
  const stored = attributes.tensor('value');
  const value = stored === undefined ? constantFrom(g, [0], [1], 'FLOAT') : call.constant(stored);
  const [number] = numbersOf(value) ?? refuseMalformed('has a value that is no number');
  const sizes = target.elements;
  const shape = (sizes ?? Array.from({ length: lengthOf(target, 'a shape') }, () => undefined)).map((size) =>
    typeof size === 'number' ? size : null,
  );
  const elements =
    shape.length === 1 && typeof shape[0] === 'number' && shape[0] <= 64 ? shape[0] : undefined;
  if (elements !== undefined) {
    return constantFrom(
      g,
      Array.from({ length: elements }, () => number ?? 0),
      [elements],
      value.type,
    );
  }
  const dtype = dataTypeOf(value.type) === 'bool' ? 'int32' : dataTypeOf(value.type);
  const whole = sizes === undefined ? target : shapeTensor(g, sizes);
  const filled = fillShape(g, whole, g.scalar(number ?? 0, dtype), shape);
  return typed(cast(g, filled, dataTypeOf(value.type)), value.type);
};

const shape: Operator = (call) => {
  const sizes = dimensions(call.g, input(call, 0));
  const [start, end] = [call.attributes.integer('start', 0), call.attributes.integer('end')];
  return elementsTensor(call.g, sizes.slice(start, end), 'INT64');
};

const size: Operator = (call) =>
  elementsTensor(call.g, [productOf(call.g, dimensions(call.g, input(call, 0)))], 'INT64', true);

const range: Operator = (call) => {
  const { g } = call;
  const given = [input(call, 0), input(call, 1), input(call, 2)];
  const [first] = given;
  const type = first?.type ?? 'INT64';
  const [start, limit, delta] = given.map((each) => numbersOf(each)?.[0]);
  if (start !== undefined && limit !== undefined && delta !== undefined && delta !== 0 && isInteger(type)) {
    const count = Math.max(Math.ceil((limit - start) / delta), 0);
    const numbers = Array.from({ length: Math.min(count, 2 ** 20) }, (_, index) => start + index * delta);
    if (count <= 2 ** 20) return constantFrom(g, numbers, [count], type);
  }
  const [from, to, by] = [
    onlyElement(g, input(call, 0)),
    onlyElement(g, input(call, 1)),
    onlyElement(g, input(call, 2)),
  ];
  return typed(rangeOf(g, [from, to, by], null), type);
};

/** Rows and columns of a matrix as they are counted, [rows, 1] and [columns]. */
function grid(
  call: Parameters<Operator>[0],
  x: OnnxTensor,
): readonly [rows: SymbolicTensor, columns: SymbolicTensor] {
  const sizes = dimensions(call.g, x);
  const [height, width]: Dimension[] = [sizes.at(-2) ?? 1, sizes.at(-1) ?? 1];
  return [expandDimension(call.g, countUp(call.g, height ?? 1), 1), countUp(call.g, width ?? 1)];
}

const eyeLike: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const number = attributes.integer('dtype');
  const type = number === undefined ? x.type : typeOfNumber(number);
  const [rows, columns] = grid(call, x);
  const isOn = binary(g, 'Equal', binary(g, 'AddV2', rows, attributes.integer('k', 0)), columns);
  return typed(cast(g, isOn, dataTypeOf(type)), type);
};

/** Keeps the elements on one side of a diagonal, and zeros elsewhere. */
const trilu: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const x = input(call, 0);
  const offset = inputs[1] === undefined ? g.integers([0], []) : onlyElement(g, inputs[1]);
  const [rows, columns] = grid(call, x);
  const isUpper = attributes.flag('upper', true);
  const isKept = binary(g, isUpper ? 'GreaterEqual' : 'LessEqual', columns, binary(g, 'AddV2', rows, offset));
  if (x.type === 'BOOL') return typed(binary(g, 'LogicalAnd', x, isKept), 'BOOL');
  const zero = g.scalar(0, dataTypeOf(x.type));
  const kept = g.node(
    'SelectV2',
    [isKept, x, zero],
    { shape: x.shape, dtype: x.dtype },
    { T: typeValue(x.dtype) },
  );
  return typed(kept, x.type);
};

export const CREATION: OperatorTable = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
  Range: range,
  Shape: shape,
  Size: size,
  Trilu: trilu,
};
