import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reshape } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';

/** The single element of a tensor as a scalar of the graph. */
export function onlyElement(g: NodeBuilder, x: TfliteTensor): SymbolicTensor {
  const [known] = x.elements ?? [];
  if (typeof known === 'object') return known;
  if (typeof known === 'number' && (x.dtype === 'int32' || x.dtype === 'float32'))
    return g.scalar(known, x.dtype);
  return x.shape.length === 0 ? x : reshape(g, x, []);
}
