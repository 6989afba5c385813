import type { GraphInitializer } from '../graph/graph.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { type NodesByName, nodesByName, origin, reach } from './graph_def/functions/reach.ts';
import { dataInputs, parseTensorName, type SourceNode } from './graph_def/source_graph.ts';
import { isTable } from './graph_def/table_lookups.ts';
import { readVocabulary, type TextTable } from './vocabulary_file.ts';

export interface TableInitializer {
  readonly nodes: readonly SourceNode[];
  readonly outputs: GraphInitializer['outputs'];
}

const IMPORTS = new Set(['InitializeTable', 'InitializeTableV2', 'LookupTableImport', 'LookupTableImportV2']);
const FILES = new Set(['InitializeTableFromTextFile', 'InitializeTableFromTextFileV2']);

/**
 * What fills the hash tables that a graph looks things up in, taken from what initializes the model. tfjs knows a
 * table by its node's name, in the graph and in the initializer.
 *
 * @param used the nodes of the graph
 * @param initializer the nodes that initialize the model, without calls; empty where nothing does
 * @param readAsset the text of the file that a node is the path of
 */
export async function fillTables(
  used: readonly SourceNode[],
  initializer: readonly SourceNode[],
  readAsset: (node: string) => Promise<Imported<string>>,
): Promise<Imported<TableInitializer | undefined>> {
  const missing = new Set(used.filter(({ op }) => isTable(op)).map(({ name }) => name));
  if (missing.size === 0) return read(undefined);
  const byName = nodesByName(initializer);
  const nodes = new Map<string, SourceNode>();
  const outputs: Record<string, { name: string; resourceId: string }> = {};
  for (const node of initializer) {
    if (!IMPORTS.has(node.op) && !FILES.has(node.op)) continue;
    const table = origin(byName, dataInputs(node)[0] ?? '')?.node;
    if (table === undefined || !missing.delete(table.name)) continue;
    const filler = FILES.has(node.op)
      ? await fileFiller(byName, node, table, readAsset)
      : read(importFiller(byName, node, table));
    if (filler.kind !== 'read') return { ...filler, message: `table "${table.name}": ${filler.message}` };
    for (const part of filler.value) nodes.set(part.name, part);
    outputs[table.name] = { name: table.name, resourceId: table.name };
  }
  return read({ nodes: [...nodes.values()], outputs });
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
  return read([
    { ...table, input: [] },
    keys,
    values,
    {
      name: node.name,
      op: 'LookupTableImportV2',
      input: [table.name, keys.name, values.name],
      attr: { Tin: table.attr.key_dtype ?? {}, Tout: table.attr.value_dtype ?? {} },
    },
  ]);
}
