import type { GraphNode } from '../graph/graph.ts';
import { stringAttribute } from './graph_def/source_graph.ts';

const VARIABLES = new Set(['Variable', 'VariableV2', 'VarHandleOp']);

export const isVariable = ({ op }: GraphNode): boolean => VARIABLES.has(op);

/** Returns the key of a variable: nodes with one `shared_name` are one variable. */
export function variableKey(node: GraphNode): string {
  return stringAttribute(node, 'shared_name') || node.name;
}

const STATEFUL = [
  /^(Resource)?(Sparse)?Apply[A-Z]/,
  /^Assign/,
  /^(Resource)?Scatter(Nd)?(Add|Sub|Update|Mul|Div|Min|Max)$/,
  /^(Resource)?(CountUpTo|StridedSliceAssign)$/,
  /^LookupTable(Insert|Remove|Import)/,
  /^InitializeTable/,
  /^Rng(Skip|ReadAndSkip)/,
  /^Stateful(StandardNormal|TruncatedNormal|Uniform|RandomBinomial)/,
];

/** True if a node changes the state of the model. */
export const changesState = ({ op }: GraphNode): boolean => STATEFUL.some((pattern) => pattern.test(op));

/** Operations on references, with the operations that replace them when variables become constants. */
export const VALUE_OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['ReadVariableOp', 'Identity'],
  ['RefEnter', 'Enter'],
  ['RefExit', 'Exit'],
  ['RefIdentity', 'Identity'],
  ['RefMerge', 'Merge'],
  ['RefNextIteration', 'NextIteration'],
  ['RefSwitch', 'Switch'],
  ['ResourceGatherNd', 'GatherNd'],
  ['VariableShape', 'Shape'],
]);
