import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { concatenate, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { axesIn, axisIn, input, type Operator, type OperatorCall } from '../../conversion/operator_call.ts';
import { integerRange } from '../../values/element_types.ts';
import { type Dequantized, numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { isTensor, type OnnxValue } from '../../values/onnx_value.ts';
import { averagesOf, largestInWindows } from '../networks/pooling.ts';
import { nearest } from './exact_factor.ts';
import { byteForm, isOne, toIntegersOf, transposedForm, weightForm, withoutZero } from './forms.ts';
import {
  additionToIntegers,
  averageToIntegers,
  type Bias,
  convolutionToIntegers,
  matrixProductToIntegers,
  meanToIntegers,
  multiplicationToIntegers,
} from './sums.ts';

/** What is known of an output's integers. */
type Known = Pick<OnnxTensor, 'codes' | 'dequantized' | 'toIntegers'>;

/** Returns what is known of each output, or undefined if that is nothing. */
type Rule = (call: OperatorCall, operator: Operator) => readonly Known[] | undefined;

/**
 * Lets an operator between DequantizeLinear and QuantizeLinear also say how its results are computed as integers. ONNX Runtime
 * replaces the three by one operator on integers; what no operator reads as floats is left out of the graph.
 */
export function followingIntegers(name: string, operator: Operator): Operator {
  const rule = RULES[name];
  if (rule === undefined) return operator;
  return (call) => {
    const outputs = operator(call);
    const hasIntegers = call.inputs.some((each) => each?.codes ?? each?.dequantized ?? each?.toIntegers);
    const known = hasIntegers ? rule(call, operator) : undefined;
    if (known === undefined) return outputs;
    return listOf(outputs).map((output, index) =>
      output !== undefined && isTensor(output) ? { ...output, ...known[index] } : output,
    );
  };
}

const listOf = (outputs: ReturnType<Operator>): readonly (OnnxValue | undefined)[] =>
  'ref' in outputs ? [outputs] : outputs;

/** The operator on integers in the place of its first input, for one that moves elements. */
const moved: Rule = (call, operator) => {
  const x = input(call, 0);
  const form = byteForm(x);
  const codes = x.codes ?? form?.codes;
  if (codes === undefined) return undefined;
  const replaced = <T>(list: readonly T[]): (T | OnnxTensor)[] => [typed(codes, 'FLOAT'), ...list.slice(1)];
  const outputs = operator({ ...call, inputs: replaced(call.inputs), values: replaced(call.values) });
  return listOf(outputs).map((output) => {
    if (output === undefined || !isTensor(output)) return {};
    return form === undefined ? { codes: output } : { dequantized: { ...form, codes: output } };
  });
};

/** The scales of weights go with their axis. */
const transposed: Rule = (call, operator) => {
  const form = input(call, 0).dequantized;
  if (form === undefined || isOne(form)) return moved(call, operator);
  const order = axesIn(
    rank(form.codes),
    call.attributes.integers('perm') ?? [...form.codes.shape.keys()].reverse(),
  );
  const codes = transpose(call.g, form.codes, order);
  return [{ dequantized: { ...form, codes, axis: order.indexOf(form.axis) } }];
};

const resized: Rule = (call, operator) => {
  const isNearest = call.attributes.text('mode', 'nearest') === 'nearest';
  const takesNoOthers =
    call.attributes.text('coordinate_transformation_mode', 'half_pixel') !== 'tf_crop_and_resize';
  return isNearest && takesNoOthers ? moved(call, operator) : undefined;
};

/** Around floats are zeros, and around integers is what stands for zero. */
const padded: Rule = (call, operator) => {
  const { g, attributes, inputs } = call;
  const form = byteForm(input(call, 0));
  if (form === undefined || attributes.text('mode', 'constant') !== 'constant') return moved(call, operator);
  const value = inputs[2] === undefined ? 0 : numbersOf(inputs[2])?.[0];
  if (value !== 0 || typeof form.zero !== 'number' || attributes.has('value')) return undefined;
  const zero = typed(g.floats([form.zero], []), 'FLOAT', [form.zero]);
  const around = [inputs[0], inputs[1], zero, ...inputs.slice(3)];
  return moved({ ...call, inputs: around, values: around }, operator);
};

const largest: Rule = (call) => {
  const x = input(call, 0);
  const form = byteForm(x);
  const codes = x.codes ?? form?.codes;
  const [least] = integerRange(form?.type ?? x.type) ?? [];
  const pooled =
    codes === undefined || least === undefined
      ? undefined
      : largestInWindows(call, typed(codes, 'FLOAT'), least);
  if (pooled === undefined) return undefined;
  return [form === undefined ? { codes: pooled } : { dequantized: { ...form, codes: pooled } }];
};

const concatenated: Rule = (call) => {
  const { g, inputs } = call;
  const axis = axisIn(rank(input(call, 0)), call.attributes.integer('axis', 1));
  const codes = inputs.flatMap((each) => each?.codes ?? []);
  if (codes.length === inputs.length) return [{ codes: concatenate(g, codes, axis) }];
  const forms = inputs.flatMap((each) => byteForm(each) ?? []);
  const [first] = forms;
  if (first !== undefined && forms.length === inputs.length && forms.every((each) => isLike(first, each))) {
    const joined = concatenate(
      g,
      forms.map((each) => each.codes),
      axis,
    );
    return [{ dequantized: { ...first, codes: joined } }];
  }
  const all = inputs.flatMap((each) => toIntegersOf(g, each) ?? []);
  if (all.length < inputs.length) return undefined;
  return [
    {
      toIntegers: (target) => {
        const parts = all.flatMap((toIntegers) => toIntegers(target) ?? []);
        return parts.length < all.length ? undefined : concatenate(g, parts, axis);
      },
    },
  ];
};

function isLike(one: Dequantized, { type, scale, zero }: Dequantized): boolean {
  return one.type === type && one.scale === scale && one.zero === zero && typeof scale === 'number';
}

/** Rounding keeps the order of numbers: bounds of floats are bounds of integers. */
const within =
  (limits: (call: OperatorCall) => readonly [low: number, high: number] | undefined): Rule =>
  (call) => {
    const toIntegers = toIntegersOf(call.g, call.inputs[0]);
    const [low, high] = limits(call) ?? [];
    if (toIntegers === undefined || low === undefined || high === undefined || low > high) return undefined;
    return [
      {
        toIntegers: (target) => {
          const { scale, zero, range } = target;
          if (typeof scale !== 'number' || typeof zero !== 'number') return undefined;
          const [least, most] = range;
          const code = (value: number): number =>
            Math.max(least, Math.min(most, nearest(Math.fround(value / scale)) + zero));
          return toIntegers({ ...target, range: [code(low), code(high)] });
        },
      },
    ];
  };

/** The limits of Clip, where they are known. */
function clipLimits({ attributes, inputs }: OperatorCall): readonly [low: number, high: number] | undefined {
  const limit = (name: string, index: number, absent: number): number | undefined => {
    const given = inputs[index];
    return attributes.float(name) ?? (given === undefined ? absent : numbersOf(given)?.[0]);
  };
  const low = limit('min', 1, Number.NEGATIVE_INFINITY);
  const high = limit('max', 2, Number.POSITIVE_INFINITY);
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** A bias is left as floats if it is not the same for every request. */
function biasOf(g: NodeBuilder, bias: OnnxTensor | undefined): { readonly bias: Bias } | undefined {
  if (bias === undefined) return { bias: undefined };
  const isConstant = bias.dequantized !== undefined || g.weights.has(bias.ref);
  return isConstant && rank(bias) === 1 ? { bias: { floats: bias } } : undefined;
}

const convolution: Rule = (call) => {
  const [x, filters] = [byteForm(call.inputs[0]), weightForm(call.inputs[1], [0])];
  const more = biasOf(call.g, call.inputs[2]);
  if (x === undefined || filters === undefined || more === undefined) return undefined;
  return [{ toIntegers: convolutionToIntegers(call, x, filters, more.bias) }];
};

const matrixProduct: Rule = ({ g, inputs: [left, right] }) => {
  const [one, other] = [byteForm(left), right && weightForm(right, [rank(right) - 1])];
  return one && other && [{ toIntegers: matrixProductToIntegers(g, one, other, undefined) }];
};

const gemm: Rule = ({ g, attributes, inputs }) => {
  if (attributes.float('alpha', 1) !== 1 || attributes.float('beta', 1) !== 1) return undefined;
  const isTurned = attributes.flag('transB');
  const [one, other] = [byteForm(inputs[0]), weightForm(inputs[1], [isTurned ? 0 : 1])];
  const more = biasOf(g, inputs[2]);
  if (one === undefined || other === undefined || more === undefined) return undefined;
  const rows = attributes.flag('transA') ? transposedForm(g, one) : one;
  const toIntegers = matrixProductToIntegers(g, rows, isTurned ? transposedForm(g, other) : other, more.bias);
  return [{ toIntegers }];
};

const ofTwo =
  (compute: typeof additionToIntegers): Rule =>
  ({ g, opset, inputs }) => {
    const [one, other] = [byteForm(inputs[0]), byteForm(inputs[1])];
    return one && other && opset >= 7 ? [{ toIntegers: compute(g, one, other) }] : undefined;
  };

const spatialMean: Rule = ({ g, inputs }) => {
  const x = byteForm(inputs[0]);
  return x && [{ toIntegers: meanToIntegers(g, x, [...x.codes.shape.keys()].slice(2), true) }];
};

const average: Rule = (call) => {
  const x = byteForm(call.inputs[0]);
  if (x === undefined) return undefined;
  const averages: SymbolicTensor = averagesOf(call, typed(withoutZero(call.g, x), 'FLOAT'));
  return [{ toIntegers: averageToIntegers(call.g, x, averages) }];
};

const RULES: Readonly<Record<string, Rule>> = {
  Add: ofTwo(additionToIntegers),
  AveragePool: average,
  Clip: within(clipLimits),
  Concat: concatenated,
  Conv: convolution,
  DepthToSpace: moved,
  Expand: moved,
  Flatten: moved,
  Gather: moved,
  Gemm: gemm,
  GlobalAveragePool: spatialMean,
  GlobalMaxPool: moved,
  MatMul: matrixProduct,
  MaxPool: largest,
  Mul: ofTwo(multiplicationToIntegers),
  Pad: padded,
  Relu: within(() => [0, Number.POSITIVE_INFINITY]),
  Reshape: moved,
  Resize: resized,
  Slice: moved,
  SpaceToDepth: moved,
  Split: moved,
  Squeeze: moved,
  Tile: moved,
  Transpose: transposed,
  Unsqueeze: moved,
};
