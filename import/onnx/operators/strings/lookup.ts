import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

/** The value of each element's key in a table of constants. @param absent the value of keys that it lacks, [] */
export function lookUp(
  g: NodeBuilder,
  keys: SymbolicTensor,
  values: SymbolicTensor,
  x: SymbolicTensor,
  absent: SymbolicTensor,
): SymbolicTensor {
  return g.node(
    '_ConstantTableFind',
    [keys, values, x, absent],
    { shape: x.shape, dtype: values.dtype },
    {
      Tin: typeValue(keys.dtype),
      Tout: typeValue(values.dtype),
    },
  );
}
