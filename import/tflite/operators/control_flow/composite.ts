import type { Operator, OperatorTable } from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';

/** An operation that a program may know by its name; the file also has a graph that computes it. */
const composite: Operator = (call) => {
  const { decomposition_subgraph_index: index } = call.options.read('StableHLOCompositeOptions');
  const inputs = call.inputs.map((tensor) => tensor ?? refuseMalformed('lacks an input'));
  return call.subgraph(index).convert(call.g, inputs);
};

export const COMPOSITE: OperatorTable = {
  STABLEHLO_COMPOSITE: { convert: composite, quantized: 'itself' },
};
