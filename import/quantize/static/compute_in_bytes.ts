import { clip, maximum } from '../../builder/elementwise.ts';
import { NodeBuilder, typeValue } from '../../builder/node_builder.ts';
import { centered, quantized } from '../../builder/quantized.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { type Activation, activatedCodes, type ByteCodes, LEAST_CODE, MOST_CODE } from './byte_codes.ts';
import type { Chains } from './chains.ts';
import {
  addBytes,
  type ByteTensor,
  bytesOfFloats,
  convolveBytes,
  floatsOfBytes,
  scaledAs,
} from './emit_steps.ts';
import type { FilterScales } from './quantize_filter.ts';
import type { Step } from './read_step.ts';

/**
 * Computes the chains of a graph with bytes, in the forms that plans recognize (worker/runtime/plan/fuse/integers). Each node of a
 * chain is replaced by one of its name that makes floats of its bytes, for readers outside of the chains.
 *
 * @param filters the scales of the convolutions by name
 */
export function computeInBytes(
  graph: Graph,
  chains: Chains,
  filters: ReadonlyMap<string, FilterScales>,
): Graph {
  const g = extending(graph);
  const emission = new Emission(g, chains, filters);
  const replaced = new Set(chains.steps.map(({ node }) => node.name));
  for (const node of graph.nodes) if (!replaced.has(node.name)) g.nodes.push(node);
  for (const step of chains.steps) g.within(step.node.name, () => emission.add(step));
  return { ...graph, nodes: g.nodes, weights: g.weights };
}

/** A builder of more nodes for a graph, whose names are those of no node of it. */
export function extending({ nodes, weights }: Graph): NodeBuilder {
  return new NodeBuilder({
    names: new Map([...nodes.map(({ name }) => name), ...weights.keys()].map((name) => [name, 0])),
    weights: new Map(weights),
    functions: [],
    tables: [],
  });
}

class Emission {
  readonly #g: NodeBuilder;
  readonly #chains: Chains;
  readonly #filters: ReadonlyMap<string, FilterScales>;
  readonly #bytes = new Map<string, ByteTensor>();

  constructor(g: NodeBuilder, chains: Chains, filters: ReadonlyMap<string, FilterScales>) {
    this.#g = g;
    this.#chains = chains;
    this.#filters = filters;
  }

  add(step: Step): void {
    const { node, inputs } = step;
    const given = inputs.map((input) => this.#bytesOf(input));
    const [x] = given;
    if (x === undefined) throw new Error(`"${node.name}" takes nothing`);
    if (step.kind === 'mean') {
      const mean = this.#as(node, [centered(this.#g, x.tensor, x.codes.zero)]);
      scaledAs(this.#g, node.name, mean, x.codes.scale);
      return;
    }
    const bytes = { codes: this.#codesOf(node.name), tensor: this.#result(step, given, x) };
    this.#bytes.set(node.name, bytes);
    floatsOfBytes(this.#g, node.name, bytes);
  }

  #result(
    step: Exclude<Step, { kind: 'mean' }>,
    given: readonly ByteTensor[],
    x: ByteTensor,
  ): SymbolicTensor {
    const g = this.#g;
    const { node } = step;
    const { codes, tensor } = x;
    switch (step.kind) {
      case 'convolution': {
        const filter = this.#filters.get(node.name);
        if (filter === undefined) throw new Error(`"${node.name}" has no scales`);
        return convolveBytes(g, step, x, filter, this.#target(node.name, step.activation)).tensor;
      }
      case 'sum':
        return addBytes(g, given, this.#target(node.name, 'none')).tensor;
      case 'activation': {
        if (this.#chains.merged.has(step.inputs[0] ?? '')) return tensor;
        const [least, most] = activatedCodes(codes, step.activation).range;
        return most === MOST_CODE ? maximum(g, tensor, least) : clip(g, tensor, least, most);
      }
      case 'average':
        return quantized(g, this.#as(node, [tensor]), 1, { zero: 0, range: [LEAST_CODE, MOST_CODE] });
      case 'padding': {
        const widths = constantInput(node.input[1]);
        const attributes = { ...node.attr, T: typeValue('float32') };
        if (codes.zero === 0) return g.node('Pad', [tensor, widths], tensor, attributes);
        return g.node('PadV2', [tensor, widths, g.scalar(codes.zero, 'float32')], tensor, attributes);
      }
      case 'concatenation':
        return g.node(
          'ConcatV2',
          [...given.map((each) => each.tensor), constantInput(node.input.at(-1))],
          tensor,
          node.attr,
        );
      case 'movement':
        return this.#as(node, [tensor]);
    }
  }

  /** The same operation on other tensors. Those that say what is moved stay. */
  #as({ op, input, attr }: GraphNode, tensors: readonly SymbolicTensor[]): SymbolicTensor {
    const others = input.slice(tensors.length).map(constantInput);
    return this.#g.node(op, [...tensors, ...others], tensors[0] ?? { shape: [] }, attr);
  }

  /** The codes of a result, and the activation that bounds it: its own, or that of the step behind it. */
  #target(name: string, own: Activation): { readonly codes: ByteCodes; readonly activation: Activation } {
    return { codes: this.#codesOf(name), activation: this.#chains.merged.get(name)?.activation ?? own };
  }

  #codesOf(name: string): ByteCodes {
    const codes = this.#chains.codes.get(name);
    if (codes === undefined) throw new Error(`"${name}" has no codes`);
    return codes;
  }

  /** The bytes of a tensor: of a chain, or made of floats that come from elsewhere. */
  #bytesOf(name: string): ByteTensor {
    const known = this.#bytes.get(name);
    if (known !== undefined) return known;
    const made = bytesOfFloats(this.#g, { ref: name, dtype: 'float32', shape: [] }, this.#codesOf(name));
    this.#bytes.set(name, made);
    return made;
  }
}

function constantInput(ref: string | undefined): SymbolicTensor {
  return { ref: ref ?? '', dtype: 'int32', shape: [] };
}
