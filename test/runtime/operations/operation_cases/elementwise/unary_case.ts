import { answered, answeredNearly, float, type GateCase, operation } from '../../../gate/gate_cases/case.ts';

const EDGES = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** What an operation returns for a few arguments, then for NaN, infinity and minus infinity. */
type Values = readonly (readonly [argument: number, value: number])[];

/** A function of float32 with known values, and its limits. */
export const unary = (op: string, edges: readonly number[], values: Values, attr = {}): GateCase => {
  const [given, wanted] = [values.map(([argument]) => argument), values.map(([, value]) => value)];
  return operation(op, op, { x: 'FP32' }, { T: { type: 'DT_FLOAT' }, ...attr }, 'FP32', [
    answeredNearly('values', { x: float([1, given.length], given) }, float([1, wanted.length], wanted)),
    answeredNearly('NaN and infinities', { x: float([3], EDGES) }, float([3], edges)),
    answered(
      'a scalar',
      { x: float([], [given[0] ?? 0]) },
      {
        ...(answeredNearly('', {}, float([], [wanted[0] ?? 0])).answer?.y ?? float([])),
      },
    ),
    answered('no values', { x: float([2, 0]) }, float([2, 0])),
  ]);
};
