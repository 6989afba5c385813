import type { GraphExecutor } from '@tensorflow/tfjs-converter/dist/executor/graph_executor.js';
import * as v from 'valibot';
import { isInterpreted } from '../control_flow/interpreter.ts';

/**
 * Operations that tfjs executes only asynchronously: control flow, lists of tensors, shapes that depend on values, and
 * hash tables. The sources are model_analysis in tfjs-converter and its executors of control flow and of dynamic
 * shapes, which return promises for operations that the analysis omits.
 */
const ASYNCHRONOUS_OPERATIONS = new Set([
  'Switch',
  'Merge',
  'Enter',
  'Exit',
  'NextIteration',
  'Case',
  'StatelessCase',
  'StatelessIf',
  'StatelessWhile',
  'if',
  'While',
  'If',
  'NonMaxSuppressionV2',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'Where',
  'HashTable',
  'HashTableV2',
  'LookupTableImport',
  'LookupTableImportV2',
  'LookupTableFind',
  'LookupTableFindV2',
  'LookupTableSize',
  'LookupTableSizeV2',
]);

const GraphSchema = v.object({
  node: v.array(v.object({ op: v.string() })),
  versions: v.optional(v.object({ producer: v.optional(v.union([v.number(), v.string()])) })),
});

const isAsynchronous = (op: string): boolean =>
  ASYNCHRONOUS_OPERATIONS.has(op) || op.startsWith('TensorArray') || /^(Empty)?TensorList/.test(op);

/** True if tfjs refuses to execute the graph synchronously. */
export function needsAsynchronousExecution(topology: unknown): boolean {
  return v.parse(GraphSchema, topology).node.some(({ op }) => isAsynchronous(op));
}

const MappedNodesSchema = v.record(
  v.string(),
  v.object({ name: v.string(), op: v.string(), category: v.optional(v.string()) }),
);
const MappedGraphSchema = v.object({
  nodes: MappedNodesSchema,
  functions: v.optional(v.record(v.string(), v.object({ nodes: MappedNodesSchema }))),
});

/**
 * Returns a node of a graph or of its functions that neither tfjs nor the interpreter computes. tfjs's own operations
 * have a category.
 */
export function unknownOperation(
  executor: GraphExecutor,
): { readonly name: string; readonly op: string } | undefined {
  const { nodes, functions = {} } = v.parse(MappedGraphSchema, Reflect.get(executor, 'graph'));
  return [nodes, ...Object.values(functions).map((called) => called.nodes)]
    .flatMap((each) => Object.values(each))
    .find(({ category, op }) => category === undefined && !isInterpreted(op));
}
