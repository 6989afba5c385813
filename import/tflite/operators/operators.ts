import type { OperatorEntry, OperatorTable } from '../conversion/operator_call.ts';
import { BRANCHES } from './control_flow/branches.ts';
import { COMPOSITE } from './control_flow/composite.ts';
import { LOOPS } from './control_flow/loops.ts';
import { RESOURCES } from './control_flow/resources.ts';
import { ACTIVATIONS } from './elementwise/activations.ts';
import { ARITHMETIC } from './elementwise/arithmetic.ts';
import { CASTING } from './elementwise/casting.ts';
import { FLEX } from './elementwise/flex.ts';
import { FUNCTIONS } from './elementwise/functions.ts';
import { LOGIC } from './elementwise/logic.ts';
import { BOXES } from './images/boxes.ts';
import { DETECTIONS } from './images/detections.ts';
import { RESIZING } from './images/resize.ts';
import { GATHERING } from './indexing/gathering.ts';
import { SCATTERING } from './indexing/scattering.ts';
import { UPDATING } from './indexing/update_slice.ts';
import { CONVOLUTION } from './networks/convolution.ts';
import { FULLY_CONNECTED } from './networks/fully_connected.ts';
import { POOLING } from './networks/pooling.ts';
import { TRANSPOSED_CONVOLUTION } from './networks/transposed_convolution.ts';
import { BATCH_PRODUCTS } from './products/batch_products.ts';
import { QUANTIZATION } from './quantization/quantization.ts';
import { LSTMS } from './recurrence/lstm.ts';
import { RNNS } from './recurrence/rnn.ts';
import { SVDF } from './recurrence/svdf.ts';
import { EXTREMES } from './reductions/extremes.ts';
import { REDUCTIONS } from './reductions/reductions.ts';
import { BLOCKS } from './shapes/blocks.ts';
import { CREATION } from './shapes/creation.ts';
import { JOINING } from './shapes/joining.ts';
import { PADDING } from './shapes/padding.ts';
import { RESHAPING } from './shapes/reshaping.ts';
import { SLICING } from './shapes/slicing.ts';
import { AUDIO } from './signals/audio.ts';
import { SPECTRA } from './signals/spectra.ts';

/** The built-in operators by subject. */
export const OPERATOR_GROUPS: Readonly<Record<string, OperatorTable>> = {
  Activations: ACTIVATIONS,
  Arithmetic: { ...ARITHMETIC, ...FUNCTIONS },
  Casting: CASTING,
  'Control flow': { ...COMPOSITE, ...BRANCHES, ...LOOPS },
  Convolution: { ...CONVOLUTION, ...TRANSPOSED_CONVOLUTION },
  Creation: CREATION,
  Images: { ...BOXES, ...RESIZING },
  Indexing: { ...GATHERING, ...SCATTERING, ...UPDATING },
  Logic: LOGIC,
  Pooling: POOLING,
  Products: { ...FULLY_CONNECTED, ...BATCH_PRODUCTS },
  Quantization: QUANTIZATION,
  'Recurrent networks': { ...LSTMS, ...RNNS, ...SVDF },
  Reductions: { ...REDUCTIONS, ...EXTREMES },
  Resources: RESOURCES,
  Shapes: { ...BLOCKS, ...JOINING, ...PADDING, ...RESHAPING, ...SLICING },
  Signals: SPECTRA,
};

/** Operators that are no part of TensorFlow Lite, by the names that models give them. */
export const CUSTOM_OPERATORS: OperatorTable = { ...AUDIO, ...DETECTIONS, ...FLEX };

const BUILT_IN: ReadonlyMap<string, OperatorEntry> = new Map(
  Object.values(OPERATOR_GROUPS).flatMap((table) => Object.entries(table)),
);
const CUSTOM: ReadonlyMap<string, OperatorEntry> = new Map(Object.entries(CUSTOM_OPERATORS));

/** Returns undefined for an operator that is not known. */
export function operatorOf(name: string, isCustom: boolean): OperatorEntry | undefined {
  return (isCustom ? CUSTOM : BUILT_IN).get(name);
}
