import { approximateGelu, gelu } from '../../../builder/activations.ts';
import { countUp } from '../../../builder/creation.ts';
import { add, cast, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, gather } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import {
  layerNormalization,
  rmsNormalization,
  rootMeanSquared,
  standardized,
} from '../networks/normalization.ts';

/** An activation of a tensor and a bias, which may be missing. */
const biased =
  (compute: (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor): Operator =>
  (call) => {
    const { g, inputs } = call;
    const [x, bias] = [input(call, 0), inputs[1]];
    return typed(compute(g, bias === undefined ? x : add(g, x, bias)), x.type);
  };

const quickGelu: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  return typed(multiply(g, x, unary(g, 'Sigmoid', multiply(g, x, attributes.float('alpha', 1.702)))), x.type);
};

/** The sum of two tensors and a bias, standardized over the last dimension. The fourth output is the sum. */
const skipNormalization =
  (isSimple: boolean): Operator =>
  (call) => {
    const { g, attributes, inputs } = call;
    const [x, skip, scale] = [input(call, 0), input(call, 1), input(call, 2)];
    const [offset, bias] = isSimple ? [undefined, inputs[3]] : [inputs[3], inputs[4]];
    const epsilon = attributes.float('epsilon', isSimple ? 1e-5 : 1e-12);
    const both = add(g, x, skip);
    const sum = bias === undefined ? both : add(g, both, bias);
    const last = [rank(x) - 1];
    if (isSimple) {
      const { result, inverse } = rootMeanSquared(g, sum, last, epsilon);
      const y = typed(multiply(g, result, scale), x.type);
      return [y, undefined, typed(inverse, 'FLOAT'), typed(sum, x.type)];
    }
    const { result, mean, inverse } = standardized(g, sum, last, epsilon);
    const scaled = multiply(g, result, scale);
    const y = typed(offset === undefined ? scaled : add(g, scaled, offset), x.type);
    return [y, typed(mean, 'FLOAT'), typed(inverse, 'FLOAT'), typed(sum, x.type)];
  };

/** The sum of the embeddings of words, positions and segments, standardized. */
const embedNormalization: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [words, segments, mask, positions] = [input(call, 0), inputs[1], inputs[7], inputs[8]];
  const [scale, offset] = [input(call, 5), input(call, 6)];
  const epsilon = attributes.float('epsilon', 1e-12);
  const indexType = attributes.integer('mask_index_type', 0);
  const places: SymbolicTensor = positions ?? countUp(g, dimension(g, words, 1));
  const found = [
    gather(g, input(call, 2), words, 0),
    gather(g, input(call, 3), places, 0),
    ...(segments === undefined || inputs[4] === undefined ? [] : [gather(g, inputs[4], segments, 0)]),
  ];
  const sum = found.reduce((one, other) => add(g, one, other));
  const { result } = standardized(g, sum, [2], epsilon);
  const y = typed(add(g, multiply(g, result, scale), offset), scale.type);
  return [y, typed(lengths(g, words, mask, indexType), 'INT32'), typed(sum, scale.type)];
};

/** How many words of each row count; zeros where nothing says so. */
function lengths(
  g: NodeBuilder,
  words: OnnxTensor,
  mask: OnnxTensor | undefined,
  indexType: number,
): SymbolicTensor {
  if (indexType !== 0) return refuse(`has mask_index_type ${indexType}, which is not computed`);
  const counted = mask === undefined ? multiply(g, cast(g, words, 'int32'), 0) : cast(g, mask, 'int32');
  return reduce(g, 'Sum', counted, [1]);
}

export const EMBEDDING: OperatorTable = {
  BiasGelu: biased(gelu),
  EmbedLayerNormalization: embedNormalization,
  FastGelu: biased(approximateGelu),
  Gelu: biased(gelu),
  LayerNormalization: layerNormalization,
  QuickGelu: quickGelu,
  SimplifiedLayerNormalization: rmsNormalization,
  SkipLayerNormalization: skipNormalization(false),
  SkipSimplifiedLayerNormalization: skipNormalization(true),
};
