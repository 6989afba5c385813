import type { OperatorEntry, OperatorTable } from '../conversion/operator_call.ts';
import { COMPOSITE } from './control_flow/composite.ts';
import { CONVOLUTION } from './networks/convolution.ts';
import { FULLY_CONNECTED } from './networks/fully_connected.ts';
import { POOLING } from './networks/pooling.ts';
import { TRANSPOSED_CONVOLUTION } from './networks/transposed_convolution.ts';
import { QUANTIZATION } from './quantization/quantization.ts';

/** The built-in operators by subject. */
export const OPERATOR_GROUPS: Readonly<Record<string, OperatorTable>> = {
  'Control flow': COMPOSITE,
  Convolution: { ...CONVOLUTION, ...TRANSPOSED_CONVOLUTION },
  Pooling: POOLING,
  Products: FULLY_CONNECTED,
  Quantization: QUANTIZATION,
};

/** Operators that are no part of TensorFlow Lite, by the names that models give them. */
export const CUSTOM_OPERATORS: OperatorTable = {};

const BUILT_IN: ReadonlyMap<string, OperatorEntry> = new Map(
  Object.values(OPERATOR_GROUPS).flatMap((table) => Object.entries(table)),
);
const CUSTOM: ReadonlyMap<string, OperatorEntry> = new Map(Object.entries(CUSTOM_OPERATORS));

/** Returns undefined for an operator that is not known. */
export function operatorOf(name: string, isCustom: boolean): OperatorEntry | undefined {
  return (isCustom ? CUSTOM : BUILT_IN).get(name);
}
