import type { GraphInitializer } from '../graph/graph.ts';
import { TABLE_FILLERS } from '../graph/tables/table_operations.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { type NodesByName, nodesByName, origin, reach } from './graph_def/functions/reach.ts';
import { dataInputs, parseTensorName, type SourceNode } from './graph_def/source_graph.ts';
import { isTable } from './graph_def/table_lookups.ts';
import { type Variables, valueConstant } from './resolve_variables.ts';
import type { TableValue } from './restored_variables.ts';
import { variableKey } from './variable_operations.ts';
import { readVocabulary, type TextTable } from './vocabulary_file.ts';

export interface TableInitializer {
  readonly nodes: readonly SourceNode[];
  readonly outputs: GraphInitializer['outputs'];
}

const FILES = new Set(['InitializeTableFromTextFile', 'InitializeTableFromTextFileV2']);

/**
 * Takes the nodes that fill a graph's hash tables from the model's initialization. tfjs identifies a table by its
 * node's name, in the graph and in the initializer.
 *
 * @param used the nodes of the graph
 * @param initializer the nodes that initialize the model, without calls; empty where nothing does
 * @param variables the tables that the checkpoint fills
 * @param readAsset the text of the file that a node is the path of
 */
export async function fillTables(
  used: readonly SourceNode[],
  initializer: readonly SourceNode[],
  variables: Variables,
  readAsset: (node: string) => Promise<Imported<string>>,
): Promise<Imported<TableInitializer | undefined>> {
  const missing = new Map(used.filter(({ op }) => isTable(op)).map((node) => [node.name, node]));
  if (missing.size === 0) return read(undefined);
  const byName = nodesByName(initializer);
  const nodes = new Map<string, SourceNode>();
  const outputs: Record<string, { name: string; resourceId: string }> = {};
  for (const node of initializer) {
    if (!TABLE_FILLERS.has(node.op) && !FILES.has(node.op)) continue;
    const table = origin(byName, dataInputs(node)[0] ?? '')?.node;
    if (table === undefined) continue;
    const uses = [...missing.values()].filter((use) => variableKey(use) === variableKey(table));
    if (uses.length === 0) continue;
    for (const { name } of uses) {
      missing.delete(name);
      outputs[name] = { name: table.name, resourceId: name };
    }
    const filler = FILES.has(node.op)
      ? await fileFiller(byName, node, table, readAsset)
      : read(importFiller(byName, node, table));
    if (filler.kind !== 'read') return { ...filler, message: `table "${table.name}": ${filler.message}` };
    for (const part of filler.value) nodes.set(part.name, part);
  }
  for (const [name, table] of missing) {
    const value = variables.tables.get(variableKey(table));
    if (value === undefined) continue;
    const filler = await restoredFiller(table, value, variables);
    if (filler.kind !== 'read') return filler;
    for (const part of filler.value) nodes.set(part.name, part);
    outputs[name] = { name, resourceId: name };
  }
  return read({ nodes: [...nodes.values()], outputs });
}

/** The node of a table whose entries a checkpoint holds, and what fills it. */
async function restoredFiller(
  table: SourceNode,
  value: TableValue,
  { bundle }: Variables,
): Promise<Imported<SourceNode[]>> {
  const side = (which: 'keys' | 'values') =>
    valueConstant(`table "${table.name}"`, `${table.name}/${which}`, value[which], bundle);
  const keys = await side('keys');
  if (keys.kind !== 'read') return keys;
  const values = await side('values');
  return values.kind === 'read'
    ? read(filled(table, keys.value, values.value, `${table.name}/fill`))
    : values;
}

function filled(table: SourceNode, keys: SourceNode, values: SourceNode, name: string): SourceNode[] {
  return [
    { ...table, input: [] },
    keys,
    values,
    {
      name,
      op: 'LookupTableImportV2',
      input: [table.name, keys.name, values.name],
      attr: { Tin: table.attr.key_dtype ?? {}, Tout: table.attr.value_dtype ?? {} },
    },
  ];
}

/** The node, the table that it fills, and all that its keys and values come from. */
function importFiller(nodes: NodesByName<SourceNode>, node: SourceNode, table: SourceNode): SourceNode[] {
  const [, keys = '', values = ''] = dataInputs(node);
  const roots = [keys, values].map((tensor) => parseTensorName(tensor).node);
  const sources = reach(nodes, roots, { through: 'data' });
  return [
    { ...table, input: [] },
    ...[...nodes.values()].filter(({ name }) => sources.has(name)),
    { ...node, op: 'LookupTableImportV2', input: [table.name, keys, values] },
  ];
}

async function fileFiller(
  nodes: NodesByName<SourceNode>,
  node: SourceNode,
  table: SourceNode,
  readAsset: (node: string) => Promise<Imported<string>>,
): Promise<Imported<SourceNode[]>> {
  const path = origin(nodes, dataInputs(node)[1] ?? '')?.node;
  if (path === undefined) return malformed('nothing is the path of its file');
  const text = await readAsset(path.name);
  if (text.kind !== 'read') return text;
  const vocabulary: Imported<TextTable> = readVocabulary(text.value, node, table);
  if (vocabulary.kind !== 'read') return vocabulary;
  const { keys, values } = vocabulary.value;
  return read(filled(table, keys, values, node.name));
}
