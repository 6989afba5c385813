import { type Imported, malformed, read } from '../import_result.ts';
import { unpackStrings } from '../tensor_values/string_values.ts';
import { type NodesByName, origin } from './graph_def/functions/reach.ts';
import type { SourceNode } from './graph_def/source_graph.ts';

/** Reads the strings of a constant. */
export async function readStringConstant(
  nodes: NodesByName<SourceNode>,
  tensor: string,
): Promise<Imported<string[]>> {
  const value = origin(nodes, tensor)?.node.value;
  if (value === undefined) return malformed(`"${tensor}" is not a constant`);
  if (value.kind !== 'read') return value;
  if (value.value.dtype !== 'string') return malformed(`"${tensor}" has no strings`);
  const packed = await value.value.read();
  return read(unpackStrings(packed).map((bytes) => Buffer.from(bytes).toString('utf8')));
}
