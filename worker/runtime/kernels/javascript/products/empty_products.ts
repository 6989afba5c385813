import { isEmpty } from '../../gate/shapes.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { fusedFinish } from './fused_finish.ts';

/** Products whose sums have no terms: only the bias and the activation remain. */
export const emptyProduct: PlainKernel = (backend, call, [output]) => {
  const factors = call.list().slice(0, 2);
  if (output === undefined || factors.every(({ shape }) => !isEmpty(shape))) return undefined;
  const result = makeOutput(backend, output);
  const finish = fusedFinish(backend, call, output.shape);
  const values = valuesOf(backend, result);
  for (let index = 0; index < values.length; index++) values[index] = finish(index, 0);
  return result;
};
