import { BinaryOperation, UnaryOperation } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import { isPrivate, partsOf, replaceParts } from '../ir/data_flow.ts';
import { bufferAt, functionStep } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';
import { type Uses, usesOf } from '../ir/uses.ts';
import { flatOperands } from './elementwise_operands.ts';
import type { ConstantValues } from './layer_norm/match_layer_norm.ts';

/** The factors of a product: a number, x, and the gate, which is 1 + erf(x * sqrt(1/2)) or sigmoid(x). */
interface Product {
  readonly factor: number;
  readonly x: number;
  readonly gate: number;
}

/** A step that begins a gate. */
interface Gate {
  readonly operation: UnaryOperation;
  readonly x: BufferId;
  /** The buffer with the gate's values. */
  readonly gate: BufferId;
  readonly count: number;
  /** The number that is multiplied with x and the gate. */
  readonly factor: number;
}

const ROOT = Math.fround(Math.SQRT1_2);

/**
 * Fuses GELU, x * 0.5 * (1 + erf(x * sqrt(1/2))), and SiLU, x * sigmoid(x), into one step each if no other step reads
 * the intermediate values. The result is equal bit for bit if twice x is finite, since halving is exact.
 */
export function fuseGeluAndSilu(
  steps: readonly Step[],
  outputs: readonly BufferId[],
  bufferBytes: readonly number[],
  constants: Pick<ConstantValues, 'scalarAt'>,
): Step[] {
  const uses = usesOf(steps, outputs);
  const replacements = steps.flatMap((step) => {
    const gate = gateOf(steps, step, uses, constants);
    const found = gate && find(steps, gate, uses, bufferBytes, constants);
    return found === undefined ? [] : [found];
  });
  return replaceParts(steps, replacements);
}

function gateOf(
  steps: readonly Step[],
  step: Step,
  { readers, writers }: Uses,
  constants: Pick<ConstantValues, 'scalarAt'>,
): Gate | undefined {
  if (step.kind !== 'function' || step.name !== 'unary') return undefined;
  const { operation, x: input, y: output, count } = step.arguments;
  const from = bufferAt(input);
  const to = bufferAt(output);
  if (from === undefined || to === undefined) return undefined;
  if (operation === UnaryOperation.sigmoid) {
    return { operation: UnaryOperation.swish, x: from, gate: to, count, factor: 1 };
  }
  if (operation !== UnaryOperation.erf) return undefined;
  const [writer = -1, ...others] = writers.get(from) ?? [];
  const [reader = -1, ...more] = readers.get(to) ?? [];
  const scaled = flatOperands(steps[writer], constants);
  const shifted = flatOperands(steps[reader], constants);
  const [x] = scaled?.buffers ?? [];
  const isErf =
    others.length + more.length === 0 &&
    scaled?.operation === BinaryOperation.multiply &&
    scaled.scalar === ROOT &&
    shifted?.operation === BinaryOperation.add &&
    shifted.scalar === 1;
  return isErf && x !== undefined
    ? { operation: UnaryOperation.gelu, x, gate: shifted.result, count, factor: 0.5 }
    : undefined;
}

function find(
  steps: readonly Step[],
  { operation, x, gate, count, factor }: Gate,
  uses: Uses,
  bufferBytes: readonly number[],
  constants: Pick<ConstantValues, 'scalarAt'>,
): { readonly parts: readonly number[]; readonly by: Step } | undefined {
  const products = new Map<BufferId, Product>();
  products.set(x, { factor: 1, x: 1, gate: 0 });
  products.set(gate, { factor: 1, x: 0, gate: 1 });
  for (const step of steps) {
    const operands = flatOperands(step, constants);
    if (operands?.operation !== BinaryOperation.multiply || products.has(operands.result)) continue;
    const factors = operands.buffers.map((buffer) => products.get(buffer));
    if (operands.scalar !== undefined) factors.push({ factor: operands.scalar, x: 0, gate: 0 });
    const product = factors.reduce((all, each) => all && each && multiplied(all, each));
    if (product === undefined) continue;
    const { result } = operands;
    products.set(result, product);
    if (product.x !== 1 || product.gate !== 1 || product.factor !== factor) continue;
    const parts = partsOf(steps, result, x, uses);
    const first = parts[0] ?? 0;
    const isWhole = [x, ...parts.flatMap((part) => steps[part]?.writes ?? [])].every(
      (buffer) => bufferBytes[buffer] === 4 * count,
    );
    const isSettled = (uses.writers.get(x) ?? []).every((writer) => writer < first);
    if (!isWhole || !isSettled || !isPrivate(steps, parts, result, uses)) continue;
    const by = functionStep('unary', {
      operation,
      x: { buffer: x, offset: 0 },
      y: { buffer: result, offset: 0 },
      count,
      alpha: 0,
      beta: 0,
    });
    return { parts, by };
  }
  return undefined;
}

function multiplied(a: Product, b: Product): Product {
  return { factor: a.factor * b.factor, x: a.x + b.x, gate: a.gate + b.gate };
}
