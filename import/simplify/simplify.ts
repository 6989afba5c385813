import { conditionalBranches } from '../control_flow/conditional_branches.ts';
import type { Graph } from '../graph/graph.ts';
import { constantTables } from '../graph/tables/constant_tables.ts';
import { convertChannels } from './channels_last/convert_channels.ts';
import { mergeTransposes } from './channels_last/merge_transposes.ts';
import { reshapeTransposes } from './channels_last/reshape_transposes.ts';
import { sinkTransposes } from './channels_last/sink_transposes.ts';
import { dropControlDependencies } from './control_dependencies.ts';
import { stateDefaults } from './default_attributes.ts';
import { delayReshapes } from './delay_reshapes.ts';
import { foldBatchNorm } from './fold/fold_batch_norm.ts';
import { foldConstants } from './fold/fold_constants.ts';
import { foldPadding } from './fold/fold_padding.ts';
import { fuseActivation } from './fuse_activation.ts';
import { fuseBias } from './fuse_bias.ts';
import { removePassThrough } from './pass_through.ts';
import { prune } from './prune.ts';
import { splitComplexNumbers } from './replaced_forms/complex_numbers.ts';
import { stateWindows } from './replaced_forms/constant_windows.ts';
import { dequantizeConstants } from './replaced_forms/dequantize_constants.ts';
import { scaleErrorFunctions } from './replaced_forms/error_functions.ts';
import { padBeforeMaxima } from './replaced_forms/explicit_padding.ts';
import { shortenReshapes } from './reshape_chains.ts';
import { readColumnsAsRows, transposeConstants } from './transposed_products.ts';

/** A graph with the same outputs and less work. */
export interface Simplified {
  /** The original graph if nothing could be simplified. */
  readonly graph: Graph;
  readonly changed: boolean;
  /** The number of nodes before and after, without constants. */
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

type Pass = (graph: Graph) => Graph | Promise<Graph>;

/** In an order in which each pass prepares the next. */
const PASSES: readonly Pass[] = [
  dropControlDependencies,
  removePassThrough,
  prune,
  splitComplexNumbers,
  stateWindows,
  convertChannels,
  padBeforeMaxima,
  sinkTransposes,
  mergeTransposes,
  reshapeTransposes,
  dequantizeConstants,
  foldConstants,
  foldPadding,
  shortenReshapes,
  transposeConstants,
  readColumnsAsRows,
  scaleErrorFunctions,
  delayReshapes,
  fuseBias,
  foldBatchNorm,
  fuseActivation,
  prune,
];

/** Far more than any graph needs. Without a limit, a pass that undoes another one's work would never end. */
const MOST_ROUNDS = 1000;

/**
 * TensorFlow 1's control flow, in which a tensor can be missing. In such graphs, only unused nodes are removed, and forms that
 * are not computed are replaced.
 */
const CONTROL_FLOW: ReadonlySet<string> = new Set([
  'Enter',
  'Exit',
  'LoopCond',
  'Merge',
  'NextIteration',
  'Switch',
]);

/**
 * Simplifies a graph until no pass changes it, so that simplifying the result changes nothing. Nodes that signatures
 * name keep their names. No weight stays in memory: the result's weights are computed from the original ones when they
 * are read. Functions that control flow calls, and the initializer, are not changed.
 */
export async function simplify(graph: Graph): Promise<Simplified> {
  const passes = graph.nodes.some(({ op }) => CONTROL_FLOW.has(op))
    ? [stateWindows, convertChannels, padBeforeMaxima, dequantizeConstants, prune]
    : PASSES;
  const whole = stateDefaults(graph);
  const nodes = conditionalBranches(whole.nodes);
  let current = constantTables(nodes === whole.nodes ? whole : { ...whole, nodes });
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = current;
    for (const pass of passes) current = await pass(current);
    if (current === before) break;
  }
  return {
    graph: current,
    changed: current !== graph,
    nodesBefore: operationCount(graph),
    nodesAfter: operationCount(current),
  };
}

function operationCount({ nodes }: Graph): number {
  return nodes.filter(({ op }) => op !== 'Const').length;
}
