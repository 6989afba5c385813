import { add, multiply } from '../../../builder/elementwise.ts';
import { transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { CONVOLUTION } from '../networks/convolution.ts';
import { matrixProduct, PRODUCTS } from '../networks/products.ts';
import { activationOf } from '../recurrence/activations.ts';

/** A product whose matrices are transposed before it, and a factor. */
const fusedMatMul: Operator = (call) => {
  const { g, attributes } = call;
  const [one, other] = [input(call, 0), input(call, 1)];
  const turned = (x: SymbolicTensor, isTurned: boolean, isBatchTurned: boolean): SymbolicTensor => {
    if (isBatchTurned) refuse('transposes the dimensions of a batch, which is not computed');
    const axes = [...x.shape.keys()];
    return isTurned && rank(x) > 1 ? transpose(g, x, [...axes.slice(0, -2), rank(x) - 1, rank(x) - 2]) : x;
  };
  const product = matrixProduct(
    g,
    turned(one, attributes.flag('transA'), attributes.flag('transBatchA')),
    turned(other, attributes.flag('transB'), attributes.flag('transBatchB')),
  );
  const alpha = attributes.float('alpha', 1);
  return typed(alpha === 1 ? product : multiply(g, product, alpha), one.type);
};

/** What an operator gives, after a function that the node names. */
function activated({ g, attributes }: OperatorCall, x: SymbolicTensor): SymbolicTensor {
  const name = attributes.text('activation');
  if (name === undefined || name === '') return x;
  const [alpha = attributes.float('activation_alpha'), beta = attributes.float('activation_beta')] =
    attributes.floats('activation_params') ?? [];
  return activationOf(name, alpha, beta)(g, x);
}

const fused =
  (operator: Operator | undefined, isAdded: boolean): Operator =>
  (call) => {
    if (operator === undefined) throw new Error('the operator is not known');
    const result = operator(call);
    if (!('ref' in result)) throw new Error('it gives one tensor');
    const more: OnnxTensor | undefined = isAdded ? call.inputs[3] : undefined;
    const sum = more === undefined ? result : add(call.g, result, more);
    return typed(activated(call, sum), result.type);
  };

export const FUSED_PRODUCTS: OperatorTable = {
  FusedConv: fused(CONVOLUTION.Conv, true),
  FusedGemm: fused(PRODUCTS.Gemm, false),
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
};
