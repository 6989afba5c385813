import {
  backend_util,
  type MeanAttrs,
  type MeanInputs,
  type SoftmaxAttrs,
  type SoftmaxInputs,
  util,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { isCovered, type Kernel } from '../kernel.ts';

export const softmax: Kernel<SoftmaxInputs, SoftmaxAttrs> = ({ functions, heap }, { logits }, { dim }) => {
  if (!isCovered(logits) || dim !== logits.shape.length - 1) return undefined;
  const width = logits.shape[dim] ?? 0;
  const result = heap.output(logits.shape);
  functions.softmax(heap.address(logits), heap.address(result), elementCount(logits.shape) / width, width);
  return result;
};

export const mean = reduction((count) => 1 / count);
export const sum = reduction(() => 1);

/**
 * Makes a kernel that sums over adjacent axes and multiplies with a factor that depends on the number of summed
 * elements.
 */
function reduction(scale: (count: number) => number): Kernel<MeanInputs, MeanAttrs> {
  return ({ functions, heap }, { x }, { axis, keepDims }) => {
    if (!isCovered(x)) return undefined;
    const axes = util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const first = axes[0] ?? 0;
    if (!axes.every((each, index) => each === first + index)) return undefined;
    const [outShape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const outer = elementCount(x.shape.slice(0, first));
    const reduced = elementCount(x.shape.slice(first, first + axes.length));
    const inner = elementCount(x.shape.slice(first + axes.length));
    const result = heap.output(keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape);
    functions.sum_middle(heap.address(x), heap.address(result), outer, reduced, inner, scale(reduced));
    return result;
  };
}
