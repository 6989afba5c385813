import { BinaryOperation } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import { replaceParts } from '../ir/data_flow.ts';
import { bufferAt, type FunctionStep, resultOf, withArguments, withResult } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import { usesOf } from '../ir/uses.ts';
import { flatOperands } from './elementwise_operands.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';
import { isProduct, isUnbounded } from './products.ts';

/**
 * Fuses the addition after a product, that of a residual block, into the product. The result is equal bit for bit. Only
 * if no other step reads the product without the addition and it has no bounds.
 */
export function fuseResiduals(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  constants: Pick<ConstantValues, 'scalarAt'>,
): Step[] {
  const { readers, writers } = usesOf(steps, outputs);
  const taken = new Set<number>();
  const replacements = steps.flatMap((step, index) => {
    const operands = flatOperands(step, constants);
    if (operands?.operation !== BinaryOperation.add || operands.buffers.length !== 2) return [];
    const { result, count, buffers } = operands;
    if (writers.get(result)?.length !== 1) return [];
    for (const product of buffers) {
      const [other] = buffers.filter((buffer) => buffer !== product);
      const [writer = -1, ...more] = writers.get(product) ?? [];
      const before = steps[writer];
      const isPrivate = more.length === 0 && readers.get(product)?.length === 1;
      if (!isPrivate || other === undefined || before?.kind !== 'function' || taken.has(writer)) continue;
      if (![product, other, result].every((buffer) => bufferBytes[buffer] === 4 * count)) continue;
      // The product moves to the position of the addition, where its inputs must still be the same.
      const isMovable = before.reads.every(
        (buffer) => writers.get(buffer)?.every((place) => place <= writer || place > index) ?? true,
      );
      const by = isMovable ? adding(before, product, other, result) : undefined;
      if (by === undefined) continue;
      taken.add(writer);
      return [{ parts: [writer, index], by }];
    }
    return [];
  });
  return replaceParts(steps, replacements);
}

function adding(
  step: FunctionStep,
  product: BufferId,
  other: BufferId,
  result: BufferId,
): FunctionStep | undefined {
  // depthwise_conv2d has no residual parameter.
  if (!isProduct(step) || step.name === 'depthwise_conv2d') return undefined;
  const isPlain = step.arguments.residual === 0 && isUnbounded(step);
  if (!isPlain || bufferAt(resultOf(step)) !== product) return undefined;
  return withResult(withArguments(step, { residual: { buffer: other, offset: 0 } }), result);
}
