import { BINARY } from '../../kernels/operations.ts';
import { replaceParts } from '../ir/data_flow.ts';
import type { BufferId, FunctionStep, Step } from '../ir/step.ts';
import { bufferAt, numberAt, usesOf } from '../ir/step_arguments.ts';
import { flatOperands } from './elementwise_operands.ts';
import { POSITIONS } from './fuse_epilogues.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';

const { gemm, conv2d, gemm_quantized: quantizedGemm, conv2d_quantized: quantizedConv2d } = POSITIONS;
const PRODUCTS = {
  gemm: { ...gemm, result: gemm.c },
  conv2d: { ...conv2d, result: conv2d.y },
  gemm_quantized: { ...quantizedGemm, result: quantizedGemm.c },
  conv2d_quantized: { ...quantizedConv2d, result: quantizedConv2d.y },
} as const;

/**
 * Lets a product add what is added to all of it right after, as it stores: the other branch of a residual block.
 * Bit for bit the same. Only where nobody else sees the product without it, and where it is not bounded.
 */
export function fuseAdditions(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  constants: Pick<ConstantValues, 'scalarAt'>,
): Step[] {
  const { readers, writers } = usesOf(steps, outputs);
  const taken = new Set<number>();
  const replacements = steps.flatMap((step, index) => {
    const operands = flatOperands(step, constants);
    if (operands?.operation !== BINARY.add || operands.buffers.length !== 2) return [];
    const { result, count, buffers } = operands;
    if (writers.get(result)?.length !== 1) return [];
    for (const product of buffers) {
      const [other] = buffers.filter((buffer) => buffer !== product);
      const [writer = -1, ...more] = writers.get(product) ?? [];
      const before = steps[writer];
      const isPrivate = more.length === 0 && readers.get(product)?.length === 1;
      if (!isPrivate || other === undefined || before?.kind !== 'function' || taken.has(writer)) continue;
      if (![product, other, result].every((buffer) => bufferBytes[buffer] === 4 * count)) continue;
      // It is computed where the addition was: what it reads has to be the same there.
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
  if (!isProduct(step.name)) return undefined;
  const positions = PRODUCTS[step.name];
  const isPlain =
    step.arguments[positions.residual] === 0 &&
    numberAt(step, positions.lower) === Number.NEGATIVE_INFINITY &&
    numberAt(step, positions.upper) === Number.POSITIVE_INFINITY;
  if (!isPlain || bufferAt(step, positions.result) !== product) return undefined;
  return {
    ...step,
    arguments: step.arguments
      .with(positions.residual, { buffer: other, offset: 0 })
      .with(positions.result, { buffer: result, offset: 0 }),
    reads: [...step.reads, other],
    writes: step.writes.map((buffer) => (buffer === product ? result : buffer)),
  };
}

function isProduct(name: FunctionStep['name']): name is keyof typeof PRODUCTS {
  return Object.hasOwn(PRODUCTS, name);
}
