import { binary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { type ElementTypeName, isUnsigned, narrowBits } from '../../values/element_types.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';

/** Integers are computed in 32 bits: those of narrower types wrap around as they would in their own width. */
export function wrapped(g: NodeBuilder, x: SymbolicTensor, type: ElementTypeName): OnnxTensor {
  const bits = narrowBits(type);
  if (bits === undefined) return typed(x, type);
  if (isUnsigned(type)) return typed(binary(g, 'BitwiseAnd', x, 2 ** bits - 1), type);
  const left = binary(g, 'LeftShift', x, 32 - bits);
  return typed(binary(g, 'RightShift', left, 32 - bits), type);
}
