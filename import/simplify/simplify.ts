import { conditionalBranches } from '../control_flow/conditional_branches.ts';
import type { Graph } from '../graph/graph.ts';
import { constantTables } from '../graph/tables/constant_tables.ts';
import { dropControlDependencies } from './control_dependencies.ts';
import { delayReshapes } from './delay_reshapes.ts';
import { foldBatchNorm } from './fold/fold_batch_norm.ts';
import { foldConstants } from './fold/fold_constants.ts';
import { fuseActivation } from './fuse_activation.ts';
import { fuseBias } from './fuse_bias.ts';
import { removePassThrough } from './pass_through.ts';
import { prune } from './prune.ts';
import { shortenReshapes } from './reshape_chains.ts';
import { transposeConstants } from './transposed_products.ts';

/** A graph that gives the same answers with less work. */
export interface Simplified {
  /** The graph that was given, where nothing could be done. */
  readonly graph: Graph;
  readonly changed: boolean;
  /** How many nodes there were and are, constants aside. */
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

type Pass = (graph: Graph) => Graph | Promise<Graph>;

/** In the order in which they help each other. */
const PASSES: readonly Pass[] = [
  dropControlDependencies,
  removePassThrough,
  prune,
  foldConstants,
  shortenReshapes,
  transposeConstants,
  delayReshapes,
  fuseBias,
  foldBatchNorm,
  fuseActivation,
  prune,
];

/** Far more than any graph needs; a pass that undid another's work would go on for ever. */
const MOST_ROUNDS = 1000;

/**
 * TensorFlow 1's control flow, in which a tensor can be missing: nothing but what leads nowhere is taken out of
 * such graphs.
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
 * Simplifies a graph until nothing more can be done, so that simplifying the result changes nothing. What
 * signatures name keeps its name. No weight is held: those of the result are computed from the original ones
 * when they are read. Functions that control flow calls, and the initializer, stay as they are.
 */
export async function simplify(graph: Graph): Promise<Simplified> {
  const passes = graph.nodes.some(({ op }) => CONTROL_FLOW.has(op)) ? [prune] : PASSES;
  const nodes = conditionalBranches(graph.nodes);
  let current = constantTables(nodes === graph.nodes ? graph : { ...graph, nodes });
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
