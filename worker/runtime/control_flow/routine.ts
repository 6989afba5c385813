import { parseNodeName } from '@tensorflow/tfjs-converter/dist/operations/executors/utils.js';
import type { Graph, Node } from '@tensorflow/tfjs-converter/dist/operations/types.js';
import { ExecutionError } from '../loaded_model.ts';

/** A tensor, as an output of a node. */
export interface Source {
  readonly node: string;
  readonly index: number;
}

/** The nodes of a graph or a function in the order of their computation. */
export interface Routine {
  /** The names of its inputs. */
  readonly inputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly results: readonly Source[];
  /** The number of nodes and results that use each node's outputs, by the node's name. */
  readonly uses: ReadonlyMap<string, number>;
}

export function sourceOf(name: string): Source {
  const [node, index] = parseNodeName(name);
  return { node, index };
}

/**
 * Returns the nodes that must be computed for some tensors of a graph.
 *
 * @param inputs the names of the nodes whose tensors the caller provides
 * @throws ExecutionError if a node depends on itself or on a missing node
 */
export function createRoutine(
  { nodes: named }: Pick<Graph, 'nodes'>,
  inputs: readonly string[],
  results: readonly Source[],
  isWeight: (name: string) => boolean,
): Routine {
  const given = new Set(inputs);
  const nodes: Node[] = [];
  const uses = new Map<string, number>();
  const use = (name: string): void => {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  const state = new Map<string, 'begun' | 'done'>();
  // The nodes whose inputs are not ordered yet, with the index of the next input.
  const path: { readonly node: Node; next: number }[] = [];
  const begin = (name: string): void => {
    if (given.has(name) || isWeight(name) || state.get(name) === 'done') return;
    const node = named[name];
    if (node === undefined) throw new ExecutionError(`there is no node ${name}`);
    if (state.get(name) === 'begun') throw new ExecutionError(`the node ${name} waits for itself`);
    state.set(name, 'begun');
    path.push({ node, next: 0 });
  };
  for (const { node } of results) {
    use(node);
    begin(node);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const input = last.node.inputNames[last.next++];
      if (input !== undefined) {
        const source = sourceOf(input).node;
        use(source);
        begin(source);
        continue;
      }
      state.set(last.node.name, 'done');
      nodes.push(last.node);
      path.pop();
    }
  }
  const own = nodes.map(({ name }): [string, number] => [name, uses.get(name) ?? 0]);
  return { inputs, nodes, results, uses: new Map(own) };
}
