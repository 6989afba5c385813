import { TABLE_FILLERS } from '../graph/tables/table_operations.ts';
import { type Imported, read } from '../import_result.ts';
import { inlineCalls } from './graph_def/functions/inline_calls.ts';
import { type NodesByName, nodesByName, origin, reach } from './graph_def/functions/reach.ts';
import { dataInputs, parseTensorName, type SourceGraph, type SourceNode } from './graph_def/source_graph.ts';
import { isTable } from './graph_def/table_lookups.ts';
import { readStringConstant } from './string_constant.ts';
import { isVariable, variableKey } from './variable_operations.ts';

/** The value of a variable before the first request. */
export type VariableValue =
  /** A tensor of the bundle, or the part of it in RestoreV2's `shape_and_slices`. */
  | { readonly kind: 'restored'; readonly tensor: string; readonly shapeAndSlice: string }
  | { readonly kind: 'constant'; readonly node: SourceNode }
  /** The value that this node computes. */
  | { readonly kind: 'computed'; readonly by: string };

/**
 * Finds the values that the variables of a graph are assigned when a node runs, without running it. The node is the
 * operation that restores them from the bundle, or the one that initializes the others. TensorFlow Serving's loader
 * fills them in the same way, for TensorFlow 1 and 2, whatever the names in the bundle are.
 *
 * @param run all nodes that run then, with calls inlined
 */
export async function assignedVariables(
  run: readonly SourceNode[],
): Promise<Imported<Map<string, VariableValue>>> {
  const nodes = nodesByName(run);
  const values = new Map<string, VariableValue>();
  for (const node of run) {
    if (node.op !== 'Assign' && node.op !== 'AssignVariableOp') continue;
    const [reference = '', value = ''] = dataInputs(node);
    const variable = origin(nodes, reference)?.node;
    if (variable === undefined || !isVariable(variable)) continue;
    const assigned = await assignedValue(nodes, value, node.name);
    if (assigned.kind !== 'read') return assigned;
    values.set(variableKey(variable), assigned.value);
  }
  return read(values);
}

/** What the entries of a table are before the first request. */
export interface TableValue {
  readonly keys: VariableValue;
  readonly values: VariableValue;
}

/** Finds the tables that are filled when nodes run, by their keys, in the same way. */
export async function filledTables(run: readonly SourceNode[]): Promise<Imported<Map<string, TableValue>>> {
  const nodes = nodesByName(run);
  const tables = new Map<string, TableValue>();
  for (const node of run) {
    if (!TABLE_FILLERS.has(node.op)) continue;
    const [reference = '', keyTensor = '', valueTensor = ''] = dataInputs(node);
    const table = origin(nodes, reference)?.node;
    if (table === undefined || !isTable(table.op)) continue;
    const keys = await assignedValue(nodes, keyTensor, node.name);
    if (keys.kind !== 'read') return keys;
    const values = await assignedValue(nodes, valueTensor, node.name);
    if (values.kind !== 'read') return values;
    tables.set(variableKey(table), { keys: keys.value, values: values.value });
  }
  return read(tables);
}

/** The nodes that run when one does, calls inlined. */
export function runNodes(graph: SourceGraph, nodeName: string): Imported<SourceNode[]> {
  const { node } = parseTensorName(nodeName);
  const reached = reach(nodesByName(graph.nodes), [node], { through: 'all' });
  return inlineCalls(
    graph.nodes.filter(({ name }) => reached.has(name)),
    graph.functions,
  );
}

async function assignedValue(
  nodes: NodesByName<SourceNode>,
  tensor: string,
  by: string,
): Promise<Imported<VariableValue>> {
  const source = origin(nodes, tensor);
  if (source?.node.op === 'Const') return read({ kind: 'constant', node: source.node });
  if (source?.node.op !== 'RestoreV2') return read({ kind: 'computed', by });
  const [, names = '', slices = ''] = dataInputs(source.node);
  const name = await readStringConstant(nodes, names);
  if (name.kind !== 'read') return name;
  const slice = await readStringConstant(nodes, slices);
  if (slice.kind !== 'read') return slice;
  const restored = name.value[source.index];
  if (restored === undefined) return read({ kind: 'computed', by });
  return read({ kind: 'restored', tensor: restored, shapeAndSlice: slice.value[source.index] ?? '' });
}
