import { ElementFormat } from '../../kernels/kernel_signatures.ts';
import { areSizes, bytes, type Extent, type ExtentRule, optional, WORD, words } from './extent.ts';
import { bytePanels, isFormat, packedBytes, quantizedBytes } from './matrices.ts';

export const gemm: ExtentRule<'gemm'> = (given, functions) => {
  const { k, n } = given;
  const matrices = rowsOf(given);
  return (
    matrices && {
      ...matrices,
      packed: bytes(packedBytes(k, n)),
      scratch: bytes(functions.gemm_scratch_bytes()),
    }
  );
};

export const gemmQuantized: ExtentRule<'gemm_quantized'> = (given, functions) => {
  const { m, k, n, format } = given;
  const matrices = rowsOf(given);
  if (matrices === undefined || !isFormat(format)) return undefined;
  const known =
    format === ElementFormat.uint8 || format === ElementFormat.uint16 ? format : ElementFormat.float16;
  return {
    ...matrices,
    packed: bytes(quantizedBytes(format, k, n)),
    vectors: words(2 * n),
    scratch: bytes(functions.gemm_quantized_scratch_bytes(known, m, k, n) >>> 0),
  };
};

/** The rows are those of quantize_tensor if there are sums of columns, and else those of quantize_rows. */
export const dynamicProduct: ExtentRule<'dynamic_product'> = ({ m, k, n, sums, x, c }, functions) => {
  if (!areSizes(m, k, n)) return undefined;
  const isOfTensor = sums !== 0;
  const isSame = typeof x === 'object' && typeof c === 'object' && x.buffer === c.buffer;
  // It would overwrite numbers of rows by which it finds others.
  if (isSame) return undefined;
  return {
    x: {
      ...bytes(m * (isOfTensor ? functions.tensor_row_bytes(k) : functions.dynamic_row_bytes(k))),
      rows: { by: isOfTensor ? 'quantize_tensor' : 'quantize_rows', rows: m, width: k },
    },
    packed: bytes(bytePanels(k, n)),
    sums: optional(words(n)),
    scales: words(n),
    bias: optional(words(n)),
    residual: optional(words(m * n)),
    c: words(m * n),
  };
};

export const quantizeRows: ExtentRule<'quantize_rows'> = ({ rows, width }, functions) =>
  areSizes(rows, width)
    ? {
        x: words(rows * width),
        y: {
          ...bytes(rows * functions.dynamic_row_bytes(width)),
          rows: { by: 'quantize_rows', rows, width },
        },
      }
    : undefined;

export const quantizeTensor: ExtentRule<'quantize_tensor'> = ({ rows, width }, functions) =>
  areSizes(rows, width)
    ? {
        x: words(rows * width),
        divisor: words(1),
        zero: words(1),
        y: {
          ...bytes(rows * functions.tensor_row_bytes(width)),
          rows: { by: 'quantize_tensor', rows, width },
        },
      }
    : undefined;

export const packB: ExtentRule<'pack_b'> = ({ k, n, stride }) =>
  areSizes(k, n, stride) ? { b: words((k - 1) * stride + n), packed: bytes(packedBytes(k, n)) } : undefined;

export const packBTransposed: ExtentRule<'pack_b_transposed'> = ({ k, n, stride }) =>
  areSizes(k, n, stride) ? { b: words((n - 1) * stride + k), packed: bytes(packedBytes(k, n)) } : undefined;

interface RowArguments {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly lda: number;
  readonly ldc: number;
}

/** Returns the extents of what products of floats have in common. */
function rowsOf({
  m,
  k,
  n,
  lda,
  ldc,
}: RowArguments): Record<'a' | 'bias' | 'residual' | 'c', Extent> | undefined {
  if (!areSizes(m, k, n, lda, ldc) || ldc < n) return undefined;
  const results: Extent = {
    ...words((m - 1) * ldc + n),
    ...(ldc > n && {
      pieces: { start: 0, bytes: n * WORD, dimensions: [{ count: m, step: ldc * WORD }] },
    }),
  };
  return {
    a: words((m - 1) * lda + k),
    bias: optional(words(n)),
    residual: optional(results),
    c: results,
  };
}
