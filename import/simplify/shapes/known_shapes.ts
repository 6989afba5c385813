import type { Shape } from '../../builder/symbolic_tensor.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from './constant_integers.ts';
import { shapeOfResult } from './shape_rules.ts';

/**
 * The shapes of a graph's tensors, as far as operations tell them by those of the signatures' inputs, which the server
 * enforces. A size that depends on the request is null.
 */
export class KnownShapes {
  readonly #rewrite: GraphRewrite;
  readonly #shapes = new Map<string, Shape | undefined>();

  private constructor(rewrite: GraphRewrite) {
    this.#rewrite = rewrite;
  }

  static async of(graph: Graph, rewrite: GraphRewrite): Promise<KnownShapes> {
    const known = new KnownShapes(rewrite);
    for (const { inputs } of Object.values(graph.signatures)) {
      for (const { name, shape } of Object.values(inputs)) {
        known.#shapes.set(
          nodeName(name),
          shape?.map((size) => (size < 0 ? null : size)),
        );
      }
    }
    for (const node of inOrder(rewrite)) await known.#infer(node);
    return known;
  }

  /** Returns undefined if not even the number of dimensions is known. */
  get(tensor: string | undefined): Shape | undefined {
    return tensor === undefined ? undefined : this.#shapes.get(nodeName(tensor));
  }

  /** Records the shape of a node that a pass has added. */
  set(node: string, shape: Shape | undefined): void {
    this.#shapes.set(node, shape);
  }

  async #infer(node: GraphNode): Promise<void> {
    if (this.#shapes.has(node.name)) return;
    const weight = this.#rewrite.constant(node.name);
    const shape =
      weight?.shape ??
      (await shapeOfResult(node, {
        shapes: node.input.map((tensor) => this.get(tensor)),
        integers: (index) => constantIntegers(this.#rewrite, node.input[index]),
        sizes: (index) => this.#sizes(node.input[index]),
      }));
    this.#shapes.set(node.name, shape);
  }

  /** The values of a shape as a tensor: a constant, or scalars of which some are constant. */
  async #sizes(tensor: string | undefined): Promise<Shape | undefined> {
    const constant = await constantIntegers(this.#rewrite, tensor);
    if (constant !== undefined) return constant.map((size) => (size < 0 ? null : size));
    const pack = this.#rewrite.producer(tensor);
    if (pack?.op !== 'Pack') return undefined;
    const sizes: (number | null)[] = [];
    for (const scalar of pack.input) {
      const [size = -1] = (await constantIntegers(this.#rewrite, scalar)) ?? [];
      sizes.push(size < 0 ? null : size);
    }
    return sizes;
  }
}

/** The nodes, each after those that it reads. */
export function inOrder(rewrite: GraphRewrite): GraphNode[] {
  const ordered = new Set<GraphNode>();
  const begun = new Set<GraphNode>();
  for (const start of rewrite.nodes()) {
    const waiting = [start];
    for (let node = waiting.at(-1); node !== undefined; node = waiting.at(-1)) {
      if (begun.has(node)) {
        ordered.add(node);
        waiting.pop();
        continue;
      }
      begun.add(node);
      for (const tensor of node.input) {
        const read = rewrite.current(nodeName(tensor));
        if (read !== undefined && !begun.has(read)) waiting.push(read);
      }
    }
  }
  return [...ordered];
}
