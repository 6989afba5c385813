import { clip, maximum, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { refuse } from '../../conversion/refusal.ts';
import type { FusedActivation } from '../../file/option_tables.ts';

/** What an operation does with its result before it gives it, on floats. */
export function activate(g: NodeBuilder, x: SymbolicTensor, activation: FusedActivation): SymbolicTensor {
  switch (activation) {
    case 'NONE':
      return x;
    case 'RELU':
      return x.dtype === 'float32' ? unary(g, 'Relu', x) : maximum(g, x, 0);
    case 'RELU6':
      return x.dtype === 'float32' ? unary(g, 'Relu6', x) : clip(g, x, 0, 6);
    case 'RELU_N1_TO_1':
      return clip(g, x, -1, 1);
    case 'TANH':
      return unary(g, 'Tanh', x);
    case 'SIGN_BIT':
      return refuse('has the activation SIGN_BIT, which TensorFlow Lite itself does not compute');
  }
}
