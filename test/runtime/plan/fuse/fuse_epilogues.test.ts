import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ADDRESS_ARGUMENTS } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { FLAT_POSITIONS } from '../../../../worker/runtime/plan/fuse/elementwise_operands.ts';
import { type Fold, fuseSteps, POSITIONS } from '../../../../worker/runtime/plan/fuse/fuse_epilogues.ts';
import { GATE_POSITIONS } from '../../../../worker/runtime/plan/fuse/fuse_gelu_silu.ts';
import { EXPANSION_POSITIONS } from '../../../../worker/runtime/plan/fuse/fuse_inverted_residuals.ts';
import { ROW_POSITIONS } from '../../../../worker/runtime/plan/fuse/layer_norm/match_layer_norm.ts';
import { WINOGRAD_POSITIONS } from '../../../../worker/runtime/plan/fuse/use_winograd.ts';
import type { FunctionStep, Place, Step } from '../../../../worker/runtime/plan/ir/step.ts';
import { REPOSITORY } from '../../../fixtures/edge/built_worker.ts';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
const UNBOUNDED = [NEGATIVE_INFINITY, POSITIVE_INFINITY] as const;
const at = (buffer: number, offset = 0): Place => ({ buffer, offset });

/** Six values each: 2 rows of 3. */
const SIZES = Array.from({ length: 8 }, () => 24);

function step(
  name: FunctionStep['name'],
  reads: number[],
  writes: number[],
  ...values: (number | Place)[]
): FunctionStep {
  return { kind: 'function', name, reads, writes, arguments: values };
}
const product = (from: number, to: number, lower = NEGATIVE_INFINITY, upper = POSITIVE_INFINITY) =>
  step('gemm', [from], [to, 7], at(from), 5, 1000, 2000, 0, at(to), 3, 2, 5, 3, lower, upper, at(7));
const clamp = (from: number, to: number, lower: number, upper: number) =>
  step('unary', [from], [to], 0, at(from), at(to), 6, lower, upper);
const normalisation = (from: number, to: number) =>
  step('batch_norm', [from], [to, 7], at(from), 3000, 3100, 3200, 3300, at(to), 2, 3, 1e-3, at(7));

const noFold: Fold = () => undefined;
const fold: Fold = ({ weights, bias }) => ({ weights: weights + 1, bias: bias + 1 });
const fuse = (steps: readonly Step[], outputs: number[], how = noFold) =>
  fuseSteps(steps, outputs, SIZES, how);

describe('a clamp', () => {
  test('becomes the bounds of the product before it, one after the other', () => {
    const steps = [product(0, 1), clamp(1, 2, 0, POSITIVE_INFINITY), clamp(2, 3, -1, 6)];
    expect(fuse(steps, [3])).toEqual([product(0, 3, 0, 6)]);
  });

  test('of clamped values can only narrow', () => {
    expect(fuse([product(0, 1), clamp(1, 2, 0, 6), clamp(2, 3, 8, 9)], [3])).toEqual([product(0, 3, 8, 8)]);
  });

  test('stays where somebody else sees the values before it', () => {
    const asked = [product(0, 1), clamp(1, 2, 0, 6)];
    expect(fuse(asked, [1, 2])).toEqual(asked);
    const read = [product(0, 1), clamp(1, 2, 0, 6), clamp(1, 3, 1, 2)];
    expect(fuse(read, [2, 3])).toEqual(read);
  });

  test('stays where the values are written in parts, or it takes only some', () => {
    const parts = [product(0, 1), step('copy', [0], [1], at(0), at(1, 12)), clamp(1, 2, 0, 6)];
    expect(fuse(parts, [2])).toEqual(parts);
    const some = [product(0, 1), step('unary', [1], [2], 0, at(1), at(2), 3, 0, 6)];
    expect(fuse(some, [2])).toEqual(some);
    const middle = [product(0, 1), step('unary', [1], [2], 0, at(1, 4), at(2), 6, 0, 6)];
    expect(fuse(middle, [2])).toEqual(middle);
  });

  test('is the only unary operation that can be a bound', () => {
    const steps = [product(0, 1), step('unary', [1], [2], 3, at(1), at(2), 6, 0, 0)];
    expect(fuse(steps, [2])).toEqual(steps);
  });
});

describe('a batch normalisation', () => {
  test('becomes a part of the weights, and what follows it the bounds', () => {
    const fused = product(0, 3, 0, 6);
    const steps = [product(0, 1), normalisation(1, 2), clamp(2, 3, 0, 6)];
    const expected = { ...fused, arguments: fused.arguments.with(2, 1001).with(3, 2001) };
    expect(fuse(steps, [3], fold)).toEqual([expected]);
  });

  test('is asked for with the sizes of the weights', () => {
    const asked: unknown[] = [];
    fuse([product(0, 1), normalisation(1, 2)], [2], (weights, parameters) => {
      asked.push(weights, parameters);
      return undefined;
    });
    expect(asked).toEqual([
      { weights: 1000, bias: 2000, rows: 5, columns: 3, packed: true },
      { mean: 3000, variance: 3100, offset: 3200, scale: 3300, channels: 3, epsilon: 1e-3 },
    ]);
  });

  test('becomes a part of the scales and offsets of a quantized matrix, which are two rows', () => {
    const quantized = (from: number, to: number) =>
      step(
        'gemm_quantized',
        [from],
        [to, 7],
        at(from),
        5,
        1000,
        1100,
        0,
        77,
        2000,
        0,
        at(to),
        3,
        2,
        5,
        3,
        ...UNBOUNDED,
        at(7),
      );
    const asked: unknown[] = [];
    const fused = fuse(
      [quantized(0, 1), normalisation(1, 2), clamp(2, 3, 0, 6)],
      [3],
      (weights, parameters) => {
        asked.push(weights);
        return fold(weights, parameters);
      },
    );
    const expected = quantized(0, 3).arguments.with(3, 1101).with(6, 2001).with(13, 0).with(14, 6);
    expect(fused).toEqual([{ ...quantized(0, 3), arguments: expected }]);
    expect(asked).toEqual([{ weights: 1100, bias: 2000, rows: 2, columns: 3, packed: false }]);
  });

  test('stays behind a clamp, and where its parameters or the weights are computed', () => {
    for (const steps of [
      [product(0, 1, 0), normalisation(1, 2)],
      [product(0, 1), { ...normalisation(1, 2), arguments: normalisation(1, 2).arguments.with(1, at(5)) }],
      [{ ...product(0, 1), arguments: product(0, 1).arguments.with(2, at(5)) }, normalisation(1, 2)],
      [{ ...product(0, 1), arguments: product(0, 1).arguments.with(4, at(5)) }, normalisation(1, 2)],
    ]) {
      expect(fuse(steps, [2], fold)).toEqual(steps);
    }
  });
});

/** The parameters' names as kernel_functions.ts and quantized_functions.ts declare them. */
function parameterNames(): Map<string, string[]> {
  const declared = (file: string): string => {
    const source = readFileSync(path.join(REPOSITORY, 'worker/runtime/kernels', file), 'utf8');
    return /interface \w+Functions.*?^}/ms.exec(source)?.[0] ?? '';
  };
  const body = declared('kernel_functions.ts') + declared('quantized_functions.ts');
  return new Map(
    [...body.matchAll(/^ {2}(\w+)\(([^)]*)\)/gm)].map(([, name = '', list = '']) => [
      name,
      [...list.matchAll(/(\w+): /g)].map(([, parameter = '']) => parameter),
    ]),
  );
}

describe('the positions of arguments', () => {
  const ADDRESSES =
    /^(a|b|c|x|y|packed|vectors|bias|expandBias|residual|filter|mean|variance|offset|scale|gamma|beta|transformed|scratch|result)$/;
  /** Numbers that are called as addresses are elsewhere. */
  const NUMBERS = new Set(['unary.beta', 'sum_middle.scale']);

  test.each([...parameterNames()])('of %s that are addresses are those so called', (name, parameters) => {
    const declared = Object.entries(ADDRESS_ARGUMENTS).find(([key]) => key === name)?.[1];
    const positions = [
      ...(declared?.reads ?? []),
      ...(declared?.writes ?? []),
      declared?.scratch ?? [],
    ].flat();
    const called = parameters.filter(
      (parameter) => ADDRESSES.test(parameter) && !NUMBERS.has(`${name}.${parameter}`),
    );
    expect(positions.map((position) => parameters[position]).sort()).toEqual(called.sort());
  });

  const fused = [
    POSITIONS,
    EXPANSION_POSITIONS,
    FLAT_POSITIONS,
    GATE_POSITIONS,
    ROW_POSITIONS,
    WINOGRAD_POSITIONS,
  ].flatMap((each) => Object.entries<Readonly<Record<string, number>>>(each));

  test.each(fused)('of %s that are fused are those so called', (name, positions) => {
    const parameters = parameterNames().get(name) ?? [];
    for (const [parameter, position] of Object.entries(positions)) {
      expect(parameters[position], parameter).toBe(parameter);
    }
  });
});
