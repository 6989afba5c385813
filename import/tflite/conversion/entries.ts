import type { Operator, OperatorEntry, OperatorTable, Quantized } from './operator_call.ts';

const entry =
  (quantized: Quantized) =>
  (convert: Operator): OperatorEntry => ({ convert, quantized });

/** It computes: quantized tensors are given to it as floats. */
export const inFloat = entry('in-float');

/** It moves or compares elements: of quantized tensors, it is given the integers. */
export const asCodes = entry('as-codes');

/** A table of operators that are all made by the same function. @param byOperator what it is given for each */
export function tableOf<Argument>(
  byOperator: Readonly<Record<string, Argument>>,
  make: (argument: Argument) => OperatorEntry,
): OperatorTable {
  return Object.fromEntries(Object.entries(byOperator).map(([name, argument]) => [name, make(argument)]));
}
