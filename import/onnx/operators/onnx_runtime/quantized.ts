import { add, binary, cast, multiply, select, unary } from '../../../builder/elementwise.ts';
import { softmax } from '../../../builder/reductions.ts';
import { concatenate } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { averagesOf } from '../networks/pooling.ts';
import { matrixProduct } from '../networks/products.ts';
import {
  codesOf,
  isOne,
  ofCodes,
  targetOf,
  times,
  toIntegersOf,
  transposedForm,
  withoutZero,
} from '../quantization/forms.ts';
import { dequantize, dynamicScale, LINEAR, quantize, scaleAlong } from '../quantization/linear.ts';
import { answer, formOf } from '../quantization/linear_operands.ts';
import { centered } from '../quantization/products.ts';
import {
  additionToIntegers,
  averageToIntegers,
  matrixProductToIntegers,
  meanToIntegers,
  multiplicationToIntegers,
} from '../quantization/sums.ts';

/** The floats that an input of integers stands for. */
function floatsOf(call: OperatorCall, index: number): OnnxTensor {
  const x = input(call, index);
  const scale = scaleAlong(call, x, input(call, index + 1), call.inputs[index + 2], 0);
  return { ...typed(dequantize(call.g, x, scale), 'FLOAT'), dequantized: formOf(call, index) };
}

/** Floats as integers of a type, by a scale and a zero. @param index of the scale */
function integersOf(
  call: OperatorCall,
  floats: SymbolicTensor,
  index: number,
  type: OnnxTensor['type'],
): OnnxTensor {
  const scale = scaleAlong(call, floats, input(call, index), call.inputs[index + 1], 0);
  return quantize(call.g, floats, scale, type);
}

/** An operator on the floats. */
const ofOne =
  (compute: (call: OperatorCall, x: OnnxTensor) => SymbolicTensor): Operator =>
  (call) => {
    const x = typed(floatsOf(call, 0), 'FLOAT');
    return integersOf(call, compute(call, x), 3, input(call, 0).type);
  };

const ofTwo =
  (compute: typeof additionToIntegers): Operator =>
  (call) =>
    answer(call, compute(call.g, formOf(call, 0), formOf(call, 3)), 6, input(call, 0).type);

const concat: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const first = input(call, 2);
  const axis = axisIn(rank(first), attributes.integer('axis', 0));
  const count = Math.floor((inputs.length - 2) / 3);
  const target = targetOf(g, input(call, 0), inputs[1], first.type);
  const parts = Array.from({ length: count }, (_, index) => {
    const floats = floatsOf(call, 2 + 3 * index);
    const codes = target && toIntegersOf(g, floats)?.(target);
    return codes ?? codesOf(g, integersOf(call, floats, 0, first.type));
  });
  return ofCodes(g, concatenate(g, parts, axis), first.type);
};

const globalAverage: Operator = (call) => {
  const axes = [...input(call, 0).shape.keys()];
  const space = call.attributes.flag('channels_last') ? axes.slice(1, -1) : axes.slice(2);
  return answer(call, meanToIntegers(call.g, formOf(call, 0), space, true), 3, input(call, 0).type);
};

const average: Operator = (call) => {
  if (call.attributes.flag('channels_last')) refuse('has channels last, which is not computed');
  const form = formOf(call, 0);
  const averages = averagesOf(call, typed(withoutZero(call.g, form), 'FLOAT'));
  return answer(call, averageToIntegers(call.g, form, averages), 3, input(call, 0).type);
};

const softmaxOf = ofOne(({ g, attributes }, x) => {
  const axis = axisIn(rank(x), attributes.integer('axis', -1));
  if (attributes.integer('opset', 13) < 13 && axis !== rank(x) - 1) refuse('is over several dimensions');
  return softmax(g, x, axis);
});

/** Floats that are quantized by their own range, times integers. */
const dynamicMatMul: Operator = (call) => {
  const { g, inputs } = call;
  const [x, w] = [input(call, 0), input(call, 1)];
  const { scale, zero, quantized } = dynamicScale(g, x);
  const rows = binary(g, 'Sub', codesOf(g, quantized), zero);
  const columns = centered(call, w, inputs[3], rank(w) - 1);
  const scales = scaleAlong(call, w, input(call, 2), undefined, rank(w) - 1).scale;
  const product = multiply(g, matrixProduct(g, rows, columns), multiply(g, scales, scale));
  return typed(inputs[4] === undefined ? product : add(g, product, inputs[4]), 'FLOAT');
};

const matMulToFloat: Operator = (call) => {
  const { g, inputs } = call;
  const [a, b] = [input(call, 0), input(call, 1)];
  const rows = centered(call, a, inputs[4], Math.max(rank(a) - 2, 0));
  const columns = centered(call, b, inputs[5], rank(b) - 1);
  const scales = [
    scaleAlong(call, a, input(call, 2), undefined, Math.max(rank(a) - 2, 0)).scale,
    scaleAlong(call, b, input(call, 3), undefined, rank(b) - 1).scale,
  ];
  const product = scales.reduce(
    (result, scale) => multiply(g, result, scale),
    matrixProduct(g, rows, columns),
  );
  return typed(inputs[6] === undefined ? product : add(g, product, inputs[6]), 'FLOAT');
};

/** alpha * A B + C, of which C has the scale of the products. Without a zero of the result, it is floats. */
const gemm: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [turnsOne, turnsOther] = [attributes.flag('transA'), attributes.flag('transB')];
  const one = formOf(call, 0);
  if (!isOne(one)) refuse('multiplies rows of several scales');
  const matrix = formOf(call, 3, turnsOther ? 0 : 1);
  const scaled = { ...one, scale: times(g, one.scale, attributes.float('alpha', 1)) };
  const rows = turnsOne ? transposedForm(g, scaled) : scaled;
  const columns = turnsOther ? transposedForm(g, matrix) : matrix;
  const bias = inputs[6] && { integers: inputs[6] };
  if (inputs[8] !== undefined)
    return answer(call, matrixProductToIntegers(g, rows, columns, bias), 7, inputs[8].type);
  const products = matrixProduct(g, withoutZero(g, rows), withoutZero(g, columns));
  const sums = bias === undefined ? products : add(g, products, cast(g, bias.integers, 'float32'));
  return typed(multiply(g, sums, times(g, rows.scale, columns.scale)), 'FLOAT');
};

const where: Operator = (call) => {
  const { g } = call;
  const [x, target] = [input(call, 1), targetOf(g, input(call, 7), call.inputs[8], input(call, 1).type)];
  const [one, other] = [1, 4].map((index) => {
    const floats = floatsOf(call, index);
    const codes = target && toIntegersOf(g, floats)?.(target);
    return codes ?? codesOf(g, integersOf(call, floats, 7, x.type));
  });
  if (one === undefined || other === undefined) return refuse('lacks an operand');
  return ofCodes(g, select(g, input(call, 0), one, other), x.type);
};

export const QUANTIZED: OperatorTable = {
  ...LINEAR,
  DynamicQuantizeMatMul: dynamicMatMul,
  MatMulIntegerToFloat: matMulToFloat,
  QGemm: gemm,
  QLinearAdd: ofTwo(additionToIntegers),
  QLinearAveragePool: average,
  QLinearConcat: concat,
  QLinearGlobalAveragePool: globalAverage,
  QLinearLeakyRelu: ofOne(({ g, attributes }, x) =>
    unary(g, 'LeakyRelu', x, { alpha: { f: attributes.float('alpha', 0.01) } }),
  ),
  QLinearMul: ofTwo(multiplicationToIntegers),
  QLinearSigmoid: ofOne(({ g }, x) => unary(g, 'Sigmoid', x)),
  QLinearSoftmax: softmaxOf,
  QLinearWhere: where,
};
