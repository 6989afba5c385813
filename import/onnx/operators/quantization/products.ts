import { cast, multiply, subtract } from '../../../builder/elementwise.ts';
import { expandDimension, reshape } from '../../../builder/shaping.ts';
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
import { quantize, type Scale, scaleAlong } from './linear.ts';

/** Integers without their zero, as floats: these hold all integers up to 2^24. */
export function centered(
  call: OperatorCall,
  x: OnnxTensor,
  zero: OnnxTensor | undefined,
  axis: number,
): SymbolicTensor {
  const floats = cast(call.g, x, 'float32');
  if (zero === undefined) return floats;
  const { zero: along } = scaleAlong(call, x, zero, zero, axis);
  return along === undefined ? floats : subtract(call.g, floats, along);
}

/** One number, or one for each of the filters, which are the second of so many dimensions. */
function ofFilters(call: OperatorCall, numbers: SymbolicTensor, dimensions: number): SymbolicTensor {
  const { g } = call;
  if (rank(numbers) === 0) return numbers;
  if (numbers.shape[0] === 1) return reshape(g, numbers, []);
  let wide = numbers;
  for (let axis = 1; axis < dimensions - 1; axis++) wide = expandDimension(g, wide, axis);
  return wide;
}

const qLinearConv: Operator = (call) => {
  const { g, inputs } = call;
  const [x, xScale, xZero] = [input(call, 0), input(call, 1), input(call, 2)];
  const [w, wScale, wZero] = [input(call, 3), input(call, 4), input(call, 5)];
  const [yScale, yZero, bias] = [input(call, 6), input(call, 7), inputs[8]];
  const kernel = centered(call, w, wZero, 0);
  const sums = convolveChannelsFirst(
    call,
    centered(call, x, xZero, 0),
    kernel,
    bias && cast(g, bias, 'float32'),
  );
  const scale = multiply(g, reshape(g, xScale, []), ofFilters(call, wScale, rank(x)));
  return quantize(g, multiply(g, sums, scale), only(call, yScale, yZero), yZero.type);
};

function only(call: OperatorCall, scale: OnnxTensor, zero: OnnxTensor): Scale {
  return scaleAlong(call, scale, scale, zero, 0);
}

const qLinearMatMul: Operator = (call) => {
  const { g } = call;
  const [a, aScale, aZero] = [input(call, 0), input(call, 1), input(call, 2)];
  const [b, bScale, bZero] = [input(call, 3), input(call, 4), input(call, 5)];
  const [yScale, yZero] = [input(call, 6), input(call, 7)];
  const sums = matrixProduct(g, centered(call, a, aZero, rank(a) - 2), centered(call, b, bZero, rank(b) - 1));
  const rows = scaleAlong(call, a, aScale, undefined, rank(a) - 2).scale;
  const columns = scaleAlong(call, b, bScale, undefined, rank(b) - 1).scale;
  return quantize(g, multiply(g, multiply(g, sums, rows), columns), only(call, yScale, yZero), yZero.type);
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
