import type { Operator, OperatorTable } from '../conversion/operator_call.ts';
import { ENSEMBLES } from './classical/ensembles.ts';
import { FEATURES } from './classical/features.ts';
import { LABELS } from './classical/labels.ts';
import { LINEAR_MODELS } from './classical/linear.ts';
import { SUPPORT_VECTORS } from './classical/support_vectors.ts';
import { BRANCHES } from './control_flow/branches.ts';
import { LOOPS } from './control_flow/loops.ts';
import { SEQUENCES } from './control_flow/sequences.ts';
import { ACTIVATIONS } from './elementwise/activations.ts';
import { ARITHMETIC } from './elementwise/arithmetic.ts';
import { LOGIC } from './elementwise/logic.ts';
import { BOXES } from './images/boxes.ts';
import { COL2IM } from './images/col2im.ts';
import { DEFORMABLE } from './images/deformable.ts';
import { SAMPLING } from './images/grid_sample.ts';
import { REGIONS } from './images/regions.ts';
import { RESIZING } from './images/resize.ts';
import { GATHERING } from './indexing/gathering.ts';
import { SCATTERING } from './indexing/scattering.ts';
import { SLICING } from './indexing/slicing.ts';
import { UNIQUE } from './indexing/unique.ts';
import { LOSSES } from './losses/losses.ts';
import { ATTENTION } from './networks/attention.ts';
import { CONVOLUTION } from './networks/convolution.ts';
import { NORMALIZATION } from './networks/normalization.ts';
import { POOLING } from './networks/pooling.ts';
import { PRODUCTS } from './networks/products.ts';
import { TRANSPOSED_CONVOLUTION } from './networks/transposed_convolution.ts';
import { UNPOOLING } from './networks/unpooling.ts';
import { FUSED_ATTENTION } from './onnx_runtime/attention.ts';
import { EMBEDDING } from './onnx_runtime/embedding.ts';
import { PACKED_PRODUCTS } from './onnx_runtime/packed_product.ts';
import { FUSED_PRODUCTS } from './onnx_runtime/products.ts';
import { QUANTIZED } from './onnx_runtime/quantized.ts';
import { followingIntegers } from './quantization/between.ts';
import { LINEAR } from './quantization/linear.ts';
import { QUANTIZED_PRODUCTS } from './quantization/products.ts';
import { withStoredWeights } from './quantization/stored_weights.ts';
import { RECURRENT } from './recurrence/recurrent.ts';
import { EXTREMES } from './reductions/extremes.ts';
import { REDUCTIONS } from './reductions/reductions.ts';
import { CASTING } from './shapes/casting.ts';
import { CREATION } from './shapes/creation.ts';
import { JOINING } from './shapes/joining.ts';
import { PADDING } from './shapes/padding.ts';
import { RESHAPING } from './shapes/reshaping.ts';
import { MEL } from './signals/mel.ts';
import { TRANSFORMS } from './signals/transforms.ts';
import { WINDOWS } from './signals/windows.ts';
import { SPLITTING } from './strings/splitting.ts';
import { TEXTS } from './strings/texts.ts';
import { VECTORIZER } from './strings/vectorizer.ts';

/** The operators of ONNX's own domain, by subject. */
export const OPERATOR_GROUPS: Readonly<Record<string, OperatorTable>> = {
  Attention: ATTENTION,
  Activations: ACTIVATIONS,
  Arithmetic: ARITHMETIC,
  Logic: LOGIC,
  Casting: CASTING,
  'Control flow': { ...BRANCHES, ...LOOPS },
  Convolution: { ...CONVOLUTION, ...TRANSPOSED_CONVOLUTION },
  Creation: CREATION,
  Indexing: { ...GATHERING, ...SCATTERING, ...SLICING, ...UNIQUE },
  Images: { ...BOXES, ...COL2IM, ...DEFORMABLE, ...REGIONS, ...RESIZING, ...SAMPLING },
  Losses: LOSSES,
  Normalization: NORMALIZATION,
  Pooling: { ...POOLING, ...UNPOOLING },
  Products: PRODUCTS,
  Quantization: { ...LINEAR, ...QUANTIZED_PRODUCTS },
  'Recurrent networks': RECURRENT,
  Reductions: { ...REDUCTIONS, ...EXTREMES },
  Sequences: SEQUENCES,
  Signals: { ...MEL, ...TRANSFORMS, ...WINDOWS },
  Strings: { ...SPLITTING, ...TEXTS, ...VECTORIZER },
  Shapes: { ...JOINING, ...PADDING, ...RESHAPING },
};

/** Those of ai.onnx.ml, the domain of classical models. */
export const CLASSICAL_OPERATORS: OperatorTable = {
  ...ENSEMBLES,
  ...FEATURES,
  ...LABELS,
  ...LINEAR_MODELS,
  ...SUPPORT_VECTORS,
};

/** Those of com.microsoft, with which ONNX Runtime and its tools replace groups of nodes. */
export const RUNTIME_OPERATORS: OperatorTable = {
  ...EMBEDDING,
  ...FUSED_ATTENTION,
  ...FUSED_PRODUCTS,
  ...PACKED_PRODUCTS,
  ...QUANTIZED,
};

const DOMAINS: ReadonlyMap<string, ReadonlyMap<string, Operator>> = new Map([
  [
    '',
    new Map(
      Object.values(OPERATOR_GROUPS)
        .flatMap((table) => Object.entries(table))
        .map(([name, operator]) => [name, followingIntegers(name, withStoredWeights(name, operator))]),
    ),
  ],
  ['ai.onnx.ml', new Map(Object.entries(CLASSICAL_OPERATORS))],
  ['com.microsoft', new Map(Object.entries(RUNTIME_OPERATORS))],
]);

/** Whether an operator of ONNX's own domain may be given sequences and optional values. */
export function takesSequences(name: string): boolean {
  return name in SEQUENCES || name === 'Identity' || name === 'If' || name === 'Loop';
}

/** Returns undefined for an operator that is not known. @param domain '' for ONNX's own */
export function operatorOf(domain: string, name: string): Operator | undefined {
  return DOMAINS.get(domain)?.get(name);
}
