import type { KernelFunctions } from '../../kernels/kernel_functions.ts';
import type { BufferId, FunctionStep, Place, Step } from '../ir/step.ts';
import { numberAt } from '../ir/step_arguments.ts';

/** Below this the values in between stay in the cache anyway. Bytes. */
const WORTH_FUSING = 1024 * 1024;

const GEMM = {
  a: 0,
  lda: 1,
  packed: 2,
  bias: 3,
  residual: 4,
  c: 5,
  ldc: 6,
  m: 7,
  k: 8,
  n: 9,
  lower: 10,
  upper: 11,
};
const GEMM_QUANTIZED = {
  a: 0,
  lda: 1,
  packed: 2,
  vectors: 3,
  format: 4,
  zero: 5,
  bias: 6,
  residual: 7,
  c: 8,
  ldc: 9,
  m: 10,
  k: 11,
  n: 12,
  lower: 13,
  upper: 14,
};
const DEPTHWISE = {
  x: 0,
  filter: 1,
  bias: 2,
  y: 3,
  batch: 4,
  height: 5,
  width: 6,
  channels: 7,
  outHeight: 8,
};
const WINDOW = { filterHeight: 10, dilationY: 14, lower: 18 };

/** Positions of arguments by the names that kernel_functions.ts gives them. */
export const EXPANSION_POSITIONS = {
  gemm: GEMM,
  gemm_quantized: GEMM_QUANTIZED,
  depthwise_conv2d: { ...DEPTHWISE, ...WINDOW },
};

export type ExpansionScratch = Pick<
  KernelFunctions,
  'expand_depthwise_scratch_bytes' | 'expand_depthwise_quantized_scratch_bytes'
>;

/**
 * Lets a pointwise convolution and the depthwise one behind it run in strips, so that what comes in between is never
 * whole in memory. Bit for bit the same. Only where nobody else sees it and it is large.
 *
 * @param createBuffer makes a buffer of so many bytes
 */
export function fuseExpansions(
  steps: readonly Step[],
  outputs: Iterable<BufferId>,
  bufferBytes: readonly number[],
  functions: ExpansionScratch,
  createBuffer: (bytes: number) => BufferId,
): Step[] {
  const seen = new Set(outputs);
  const fused: Step[] = [];
  steps.forEach((step, index) => {
    const before = fused.at(-1);
    const between = before && expansionOf(before, step);
    const isPrivate =
      between !== undefined &&
      !seen.has(between) &&
      steps.every(
        ({ reads, writes }, other) =>
          other === index || other === index - 1 || ![...reads, ...writes].includes(between),
      );
    if (
      !isPrivate ||
      before?.kind !== 'function' ||
      step.kind !== 'function' ||
      (bufferBytes[between] ?? 0) < WORTH_FUSING
    ) {
      fused.push(step);
      return;
    }
    const bytes = scratchBytes(functions, before, step);
    fused[fused.length - 1] = together(before, step, between, createBuffer(bytes));
  });
  return fused;
}

function scratchBytes(functions: ExpansionScratch, expansion: FunctionStep, depthwise: FunctionStep): number {
  const width = numberAt(depthwise, DEPTHWISE.width);
  const channels = numberAt(depthwise, DEPTHWISE.channels);
  const reach = [numberAt(depthwise, WINDOW.filterHeight), numberAt(depthwise, WINDOW.dilationY)] as const;
  return expansion.name === 'gemm'
    ? functions.expand_depthwise_scratch_bytes(width, channels, ...reach)
    : functions.expand_depthwise_quantized_scratch_bytes(
        width,
        numberAt(expansion, GEMM_QUANTIZED.k),
        channels,
        ...reach,
      );
}

/** The buffer between two steps that are an expansion and a depthwise convolution of all of it. */
function expansionOf(before: Step, step: Step): BufferId | undefined {
  if (before.kind !== 'function' || step.kind !== 'function') return undefined;
  const gemm = gemmPositions(before);
  if (gemm === undefined || step.name !== 'depthwise_conv2d') return undefined;
  const from = before.arguments[gemm.c];
  const to = step.arguments[DEPTHWISE.x];
  if (typeof from !== 'object' || typeof to !== 'object') return undefined;
  const pixels =
    numberAt(step, DEPTHWISE.batch) * numberAt(step, DEPTHWISE.height) * numberAt(step, DEPTHWISE.width);
  const isWhole =
    from.buffer === to.buffer &&
    from.offset === 0 &&
    to.offset === 0 &&
    before.arguments[gemm.residual] === 0 &&
    before.arguments[gemm.lda] === before.arguments[gemm.k] &&
    before.arguments[gemm.ldc] === before.arguments[gemm.n] &&
    numberAt(before, gemm.n) === numberAt(step, DEPTHWISE.channels) &&
    numberAt(before, gemm.m) === pixels &&
    // Of a quantized matrix a single row is computed in another way than the lines of a strip.
    (before.name === 'gemm' || pixels > 1);
  return isWhole ? from.buffer : undefined;
}

function gemmPositions({ name }: FunctionStep): typeof GEMM | undefined {
  if (name === 'gemm') return GEMM;
  return name === 'gemm_quantized' ? GEMM_QUANTIZED : undefined;
}

function together(
  expansion: FunctionStep,
  depthwise: FunctionStep,
  between: BufferId,
  scratch: BufferId,
): FunctionStep {
  const of = (step: FunctionStep, position: number): number | Place => step.arguments[position] ?? 0;
  const others = ({ reads }: FunctionStep) => reads.filter((buffer) => buffer !== between);
  const isQuantized = expansion.name === 'gemm_quantized';
  const gemm = isQuantized ? GEMM_QUANTIZED : GEMM;
  return {
    kind: 'function',
    name: isQuantized ? 'expand_depthwise_quantized' : 'expand_depthwise',
    reads: [...others(expansion), ...others(depthwise)],
    writes: [...depthwise.writes, scratch],
    arguments: [
      of(expansion, gemm.a),
      of(expansion, gemm.packed),
      ...(isQuantized ? expansion.arguments.slice(GEMM_QUANTIZED.vectors, GEMM_QUANTIZED.bias) : []),
      of(expansion, gemm.bias),
      of(depthwise, DEPTHWISE.filter),
      of(depthwise, DEPTHWISE.bias),
      of(depthwise, DEPTHWISE.y),
      of(depthwise, DEPTHWISE.batch),
      of(depthwise, DEPTHWISE.height),
      of(depthwise, DEPTHWISE.width),
      of(expansion, gemm.k),
      of(depthwise, DEPTHWISE.channels),
      ...depthwise.arguments.slice(DEPTHWISE.outHeight, WINDOW.lower),
      of(expansion, gemm.lower),
      of(expansion, gemm.upper),
      ...depthwise.arguments.slice(WINDOW.lower),
      { buffer: scratch, offset: 0 },
    ],
  };
}
