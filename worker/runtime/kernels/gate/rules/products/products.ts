import type { TensorInfo } from '@tensorflow/tfjs-core';
import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../../rule.ts';
import { broadcast } from '../../shapes.ts';
import { expectFused, isRepeated } from './fused.ts';

/** For an inner size of 0, only the bias and the activation remain: see javascript/products/empty_products.ts. */
const product: Rule = (call) => {
  const a = call.tensor('a');
  const b = call.tensor('b');
  for (const [matrix, name] of [[a, 'a'] as const, [b, 'b'] as const]) {
    call.expectDtype(matrix, name, 'float32', 'int32');
    if (matrix.shape.length < 2) call.refuse(`${name} of shape [${matrix.shape}] is not a matrix`);
  }
  if (a.dtype !== b.dtype) call.refuse(`a is ${a.dtype} and b is ${b.dtype}`);
  const [rows, inner] = sides(a, call.flag('transposeA'));
  const [otherInner, columns] = sides(b, call.flag('transposeB'));
  if (inner !== otherInner)
    call.refuse(
      `matrices of shapes [${a.shape}] and [${b.shape}] have inner sizes ${inner} and ${otherInner}`,
    );
  const shape = [...broadcast(call, a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  if (a.dtype === 'int32' && call.operation !== 'BatchMatMul')
    call.refuse('fused products of integers are not computed');
  expectFused(call, shape, true);
  return givesEvenOfEmpty(shape, a.dtype);
};

function sides({ shape }: TensorInfo, isTransposed: boolean): readonly [number, number] {
  const last = shape.at(-1) ?? 0;
  const beforeLast = shape.at(-2) ?? 0;
  return isTransposed ? [last, beforeLast] : [beforeLast, last];
}

/** The kernel repeats the statistics over memory, which equals broadcasting only for the last dimensions. */
const batchNormalization: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  call.number('varianceEpsilon');
  for (const name of ['mean', 'variance', 'scale', 'offset']) {
    const statistic = name === 'mean' || name === 'variance' ? call.tensor(name) : call.optional(name);
    if (statistic === undefined) continue;
    call.expectDtype(statistic, name, 'float32');
    if (statistic.shape.length > x.shape.length || !isRepeated(statistic.shape, x.shape))
      call.refuse(`${name} of shape [${statistic.shape}] does not fit the last dimensions of [${x.shape}]`);
  }
  return gives(x.shape, 'float32');
};

export const PRODUCT_RULES: Rules = {
  BatchMatMul: product,
  FusedBatchNorm: batchNormalization,
  _FusedMatMul: product,
};
