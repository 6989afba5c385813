import * as v from 'valibot';

/**
 * Operations that tfjs executes only asynchronously: control flow, shapes that depend on values, and hash
 * tables. Source: isControlFlow, isDynamicShape and isHashTable in tfjs-converter's model_analysis.
 */
const ASYNCHRONOUS_OPERATIONS = new Set([
  'Switch',
  'Merge',
  'Enter',
  'Exit',
  'NextIteration',
  'StatelessIf',
  'StatelessWhile',
  'if',
  'While',
  'If',
  'NonMaxSuppressionV2',
  'NonMaxSuppressionV3',
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

/** Whether tfjs refuses to execute a graph synchronously. */
export function needsAsynchronousExecution(topology: unknown): boolean {
  return v.parse(GraphSchema, topology).node.some(({ op }) => ASYNCHRONOUS_OPERATIONS.has(op));
}
