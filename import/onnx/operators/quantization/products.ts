import { cast, multiply, subtract } from '../../../builder/elementwise.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { convolveChannelsFirst } from '../networks/convolution.ts';
import { matrixProduct } from '../networks/products.ts';
import { codesOf, isOne } from './forms.ts';
import { quantize, scaleAlong } from './linear.ts';
import { answer, formOf } from './linear_operands.ts';
import { convolutionToIntegers, matrixProductToIntegers } from './sums.ts';

/** Integers without their zero, as floats: these hold all integers up to 2^24. */
export function centered(
  call: OperatorCall,
  x: OnnxTensor,
  zero: OnnxTensor | undefined,
  axis: number,
): SymbolicTensor {
  const floats = codesOf(call.g, x);
  if (zero === undefined) return floats;
  const { zero: along } = scaleAlong(call, x, zero, zero, axis);
  return along === undefined ? floats : subtract(call.g, floats, along);
}

const qLinearConv: Operator = (call) => {
  const { inputs } = call;
  const [x, filters] = [formOf(call, 0), formOf(call, 3)];
  const bias = inputs[8] && { integers: inputs[8] };
  return answer(call, convolutionToIntegers(call, x, filters, bias), 6, input(call, 7).type);
};

const qLinearMatMul: Operator = (call) => {
  const { g } = call;
  const [a, b] = [input(call, 0), input(call, 3)];
  const [scale, zero] = [input(call, 6), input(call, 7)];
  const [one, other] = [formOf(call, 0), formOf(call, 3, rank(b) - 1)];
  if (isOne(one) && (isOne(other) || rank(input(call, 4)) === 1))
    return answer(call, matrixProductToIntegers(g, one, other, undefined), 6, zero.type);
  const rows = scaleAlong(call, a, input(call, 1), undefined, rank(a) - 2).scale;
  const columns = scaleAlong(call, b, input(call, 4), undefined, rank(b) - 1).scale;
  const sums = matrixProduct(
    g,
    centered(call, a, input(call, 2), rank(a) - 2),
    centered(call, b, input(call, 5), rank(b) - 1),
  );
  const floats = multiply(g, multiply(g, sums, rows), columns);
  return quantize(g, floats, scaleAlong(call, scale, scale, zero, 0), zero.type);
};

const matMulInteger: Operator = (call) => {
  const { g, inputs } = call;
  const [a, b] = [input(call, 0), input(call, 1)];
  const rows = centered(call, a, inputs[2], Math.max(rank(a) - 2, 0));
  const columns = centered(call, b, inputs[3], rank(b) - 1);
  return typed(cast(g, matrixProduct(g, rows, columns), 'int32'), 'INT32');
};

const convInteger: Operator = (call) => {
  const { g, inputs } = call;
  const [x, w] = [input(call, 0), input(call, 1)];
  const sums = convolveChannelsFirst(
    call,
    centered(call, x, inputs[2], 0),
    centered(call, w, inputs[3], 0),
    undefined,
  );
  return typed(cast(g, sums, 'int32'), 'INT32');
};

export const QUANTIZED_PRODUCTS: OperatorTable = {
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
};
