import type { WeightSpec } from '../../../model/model_json.ts';
import { elementCount } from '../../../model/tensor.ts';
import type { MatrixLayout } from '../../kernels/packing/packed_matrix.ts';
import type { PlanFile } from './plan_file.ts';

/** Returns the layout in which a weight is loaded, or undefined if it is not packed. */
export type LayoutOf = (spec: WeightSpec) => MatrixLayout | undefined;

/** Returns the layouts of the weights that prepared plans read in panels. They need not be predicted from the topology. */
export function preparedMatrices(files: readonly PlanFile[]): LayoutOf {
  const layouts = new Map<string, MatrixLayout>();
  for (const { plan } of files)
    for (const constant of plan.constants)
      if (constant.kind === 'panels') layouts.set(constant.weight, constant);
  return ({ name, dtype, shape }) => {
    const layout = layouts.get(name);
    const count = elementCount(shape);
    if (layout === undefined || dtype !== 'float32' || shape.length < 2 || count === 0) return undefined;
    const { k, n, transposed } = layout;
    return k * n === count ? { k, n, transposed } : undefined;
  };
}
