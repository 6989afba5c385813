import { parseNodeName } from '@tensorflow/tfjs-converter/dist/operations/executors/utils.js';
import type { Graph, Node } from '@tensorflow/tfjs-converter/dist/operations/types.js';
import { ExecutionError } from '../loaded_model.ts';

/** A tensor by the node that gives it. */
export interface Source {
  readonly node: string;
  readonly index: number;
}

/** Nodes that are computed one after the other, of a graph or of one of its functions. */
export interface Routine {
  /** The names of what is given to it. */
  readonly inputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly results: readonly Source[];
  /** How many nodes and results need what each of the nodes gives, by its name. */
  readonly uses: ReadonlyMap<string, number>;
}

export function sourceOf(name: string): Source {
  const [node, index] = parseNodeName(name);
  return { node, index };
}

/**
 * What it takes to compute some tensors of a graph.
 *
 * @param inputs the names of nodes whose tensors are given
 * @throws ExecutionError where a node waits for itself, or for what is not there
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
  // Those that wait for their inputs, and how many of these have been looked at.
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
