import type { Graph, GraphNode, Weight } from '../graph/graph.ts';
import { nodeName } from '../graph/graph_topology.ts';

/** The largest weight that a pass may duplicate or add freely. Bytes. */
export const SMALL_WEIGHT_BYTES = 64 * 1024;

/**
 * A graph while a pass changes it, with the producers and readers of tensors. Nodes that a signature names keep their
 * name and their value.
 */
export class GraphRewrite {
  readonly #graph: Graph;
  readonly #nodes: Map<string, GraphNode>;
  readonly #weights: Map<string, Weight>;
  readonly #readers = new Map<string, number>();
  readonly #fed: ReadonlySet<string>;
  readonly #named: ReadonlySet<string>;
  readonly #readBeyondFirst: ReadonlySet<string>;
  #changed = false;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#nodes = new Map(graph.nodes.map((node) => [node.name, node]));
    this.#weights = new Map(graph.weights);
    this.#fed = new Set(signatureNodes(graph, 'inputs'));
    this.#named = new Set([...this.#fed, ...signatureNodes(graph, 'outputs')]);
    const read = [...graph.nodes.flatMap(({ input }) => input), ...signatureTensors(graph, 'outputs')];
    this.#readBeyondFirst = new Set(read.filter((tensor) => !isFirstOutput(tensor)).map(nodeName));
    for (const node of graph.nodes) this.#count(node, 1);
  }

  /** Returns the present nodes. */
  nodes(): GraphNode[] {
    return [...this.#nodes.values()];
  }

  /** Returns the present node of a name, if it still exists. */
  current(name: string): GraphNode | undefined {
    return this.#nodes.get(name);
  }

  /** Returns the node of a tensor that is its first output, unless a request feeds it. */
  producer(tensor: string | undefined): GraphNode | undefined {
    if (tensor === undefined || tensor.startsWith('^') || !isFirstOutput(tensor)) return undefined;
    const name = nodeName(tensor);
    return this.#fed.has(name) ? undefined : this.#nodes.get(name);
  }

  /**
   * Returns the same only if the node has a single reader and no signature names it, so that it can be fused into its
   * reader.
   */
  soleProducer(tensor: string | undefined): GraphNode | undefined {
    const node = this.producer(tensor);
    return node !== undefined && !this.isNamed(node.name) && this.readers(node.name) === 1 ? node : undefined;
  }

  /** Returns the value of a constant tensor. */
  constant(tensor: string | undefined): Weight | undefined {
    const node = this.producer(tensor);
    return node?.op === 'Const' ? this.#weights.get(node.name) : undefined;
  }

  /** Returns the number of nodes' inputs that read this node. */
  readers(name: string): number {
    return this.#readers.get(name) ?? 0;
  }

  /** Returns true if the second or a later output of this node is read. */
  isReadBeyondFirst(name: string): boolean {
    return this.#readBeyondFirst.has(name);
  }

  /** Returns true if a signature names the node as an input or an output. */
  isNamed(name: string): boolean {
    return this.#named.has(name);
  }

  /**
   * Returns true if a changed copy of this constant takes no relevant memory: the constant is small or has a single
   * reader.
   */
  isReplaceable(tensor: string, weight: Weight): boolean {
    return weight.byteLength <= SMALL_WEIGHT_BYTES || this.soleProducer(tensor) !== undefined;
  }

  /** Replaces the node of the same name. */
  replace(node: GraphNode): void {
    const before = this.#nodes.get(node.name);
    if (before === undefined) throw new Error(`there is no node "${node.name}" to replace`);
    this.#count(before, -1);
    this.#nodes.set(node.name, node);
    this.#count(node, 1);
    this.#changed = true;
  }

  /** Replaces a node by a constant. */
  replaceByConstant(name: string, weight: Weight): void {
    this.replace(constantNode(name, weight));
    this.#weights.set(name, weight);
  }

  /** Removes a node and its constant. It must have no readers. */
  remove(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#count(node, -1);
    this.#nodes.delete(name);
    this.#changed = true;
  }

  /** Adds a constant under this name or a similar one, and returns the name. */
  addConstant(like: string, weight: Weight): string {
    const name = this.#freeName(like);
    this.#nodes.set(name, constantNode(name, weight));
    this.#weights.set(name, weight);
    this.#changed = true;
    return name;
  }

  /** Adds a node under its name or a similar one, and returns the name. */
  addNode(node: GraphNode): string {
    const name = this.#freeName(node.name);
    this.#nodes.set(name, { ...node, name });
    this.#count(node, 1);
    this.#changed = true;
    return name;
  }

  /** Returns the changed graph, or the original if nothing has changed. */
  finish(): Graph {
    return this.#changed ? { ...this.#graph, nodes: this.nodes(), weights: this.#weights } : this.#graph;
  }

  #freeName(like: string): string {
    let name = like;
    for (let number = 2; this.#nodes.has(name) || this.#weights.has(name); number++)
      name = `${like}_${number}`;
    return name;
  }

  #count({ input }: GraphNode, difference: number): void {
    for (const tensor of input) {
      const name = nodeName(tensor);
      this.#readers.set(name, this.readers(name) + difference);
    }
  }
}

/** Returns the names of the nodes that signatures name as inputs or as outputs. */
export function signatureNodes(graph: Graph, side: 'inputs' | 'outputs'): string[] {
  return signatureTensors(graph, side).map(nodeName);
}

function signatureTensors({ signatures, initializer }: Graph, side: 'inputs' | 'outputs'): string[] {
  const named = Object.values(signatures).flatMap((signature) =>
    Object.values(signature[side]).map(({ name }) => name),
  );
  return side === 'inputs' ? [...named, ...Object.keys(initializer?.outputs ?? {})] : named;
}

function isFirstOutput(tensor: string): boolean {
  const colon = tensor.indexOf(':');
  return colon < 0 || tensor.slice(colon) === ':0';
}

const TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

function constantNode(name: string, { dtype }: Weight): GraphNode {
  return { name, op: 'Const', input: [], attr: { dtype: { type: TYPES[dtype] } } };
}
