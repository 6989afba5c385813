import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { BufferId } from '../ir/buffers.ts';
import { bufferAt, type FunctionStep, functionStep } from '../ir/function_step.ts';
import type { Step } from '../ir/step.ts';

/** Smaller intermediate images stay in the cache anyway. Bytes. */
const WORTH_FUSING = 1024 * 1024;

type Expansion = FunctionStep<'gemm' | 'gemm_quantized'>;
type Depthwise = FunctionStep<'depthwise_conv2d'>;

export type InvertedResidualScratch = Pick<KernelFunctions, 'expand_depthwise_scratch_bytes'>;

/**
 * Computes a pointwise convolution and the following depthwise one in strips, so that the intermediate image is never
 * in memory as a whole. The result is equal bit for bit. Only if no other step reads the intermediate image, and if it is
 * large and larger than a strip.
 *
 * @param createBuffer creates a buffer of a number of bytes
 */
export function fuseInvertedResiduals(
  steps: readonly Step[],
  outputs: Iterable<BufferId>,
  bufferBytes: readonly number[],
  functions: InvertedResidualScratch,
  createBuffer: (bytes: number) => BufferId,
): Step[] {
  const seen = new Set(outputs);
  const fused: Step[] = [];
  steps.forEach((step, index) => {
    const found = expansionOf(fused.at(-1), step);
    const isPrivate =
      found !== undefined &&
      !seen.has(found.between) &&
      steps.every(
        ({ reads, writes }, other) =>
          other === index || other === index - 1 || ![...reads, ...writes].includes(found.between),
      );
    if (!isPrivate || (bufferBytes[found.between] ?? 0) < WORTH_FUSING) {
      fused.push(step);
      return;
    }
    const { expansion, depthwise } = found;
    const bytes = scratchBytes(functions, expansion, depthwise);
    // The lines that a dilated filter covers may be more than those of the image.
    if (bytes >= (bufferBytes[found.between] ?? 0)) {
      fused.push(step);
      return;
    }
    fused[fused.length - 1] = together(expansion, depthwise, createBuffer(bytes));
  });
  return fused;
}

function scratchBytes(
  functions: InvertedResidualScratch,
  expansion: Expansion,
  depthwise: Depthwise,
): number {
  const { width, channels: expanded, filterHeight, dilationY } = depthwise.arguments;
  const { k: channels } = expansion.arguments;
  const quantized = expansion.name === 'gemm_quantized' ? 1 : 0;
  return functions.expand_depthwise_scratch_bytes(
    width,
    channels,
    expanded,
    filterHeight,
    dilationY,
    quantized,
  );
}

/** Returns an expansion, a depthwise convolution of its whole result, and the buffer between them, or undefined. */
function expansionOf(
  expansion: Step | undefined,
  depthwise: Step,
): { readonly expansion: Expansion; readonly depthwise: Depthwise; readonly between: BufferId } | undefined {
  if (expansion?.kind !== 'function' || depthwise.kind !== 'function') return undefined;
  if (expansion.name !== 'gemm' && expansion.name !== 'gemm_quantized') return undefined;
  if (depthwise.name !== 'depthwise_conv2d') return undefined;
  const { residual, c, lda, ldc, m, k, n } = expansion.arguments;
  const { x, batch, height, width, channels } = depthwise.arguments;
  const between = bufferAt(c);
  const pixels = batch * height * width;
  const isWhole =
    bufferAt(x) === between &&
    residual === 0 &&
    lda === k &&
    ldc === n &&
    n === channels &&
    m === pixels &&
    // A single row by a quantized matrix is computed differently from the lines of a strip.
    (expansion.name === 'gemm' || pixels > 1);
  return isWhole && between !== undefined ? { expansion, depthwise, between } : undefined;
}

function together(expansion: Expansion, depthwise: Depthwise, scratch: BufferId): FunctionStep {
  const { a: x, packed, bias: expandBias, k: channels } = expansion.arguments;
  const { lower: expandedLower, upper: expandedUpper } = expansion.arguments;
  const { vectors, format, zero } =
    expansion.name === 'gemm_quantized' ? expansion.arguments : { vectors: 0, format: 0, zero: 0 };
  return functionStep('expand_depthwise', {
    ...depthwise.arguments,
    ...{ x, packed, vectors, format, zero, expandBias, channels, expandedLower, expandedUpper },
    expandedChannels: depthwise.arguments.channels,
    scratch: { buffer: scratch, offset: 0 },
  });
}
