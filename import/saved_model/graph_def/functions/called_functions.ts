import type { NodeAttribute } from '../../../graph/graph.ts';
import { type Imported, malformed, read } from '../../../import_result.ts';
import type { SourceFunction, SourceNode } from '../source_graph.ts';
import { inlineCalls } from './inline_calls.ts';

/**
 * Returns the functions that control flow calls in these nodes, directly and indirectly. Their own calls are inlined.
 */
export function calledFunctions(
  nodes: readonly SourceNode[],
  functions: ReadonlyMap<string, SourceFunction>,
): Imported<SourceFunction[]> {
  const called = new Map<string, SourceFunction>();
  const pending = functionNames(nodes);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (called.has(name)) continue;
    const definition = functions.get(name);
    if (definition === undefined) return malformed(`function "${name}" is called but does not exist`);
    const inlined = inlineCalls(definition.nodes, functions);
    if (inlined.kind !== 'read') return { ...inlined, message: `function "${name}": ${inlined.message}` };
    called.set(name, { ...definition, nodes: inlined.value });
    pending.push(...functionNames(inlined.value));
  }
  return read([...called.values()]);
}

function functionNames(nodes: readonly SourceNode[]): string[] {
  return nodes.flatMap(({ attr }) => Object.values(attr).flatMap(namesIn));
}

function namesIn({ func, list }: NodeAttribute): string[] {
  return [...(func ? [func] : []), ...(list?.func ?? [])]
    .map(({ name }) => name)
    .filter((name) => name !== '');
}
