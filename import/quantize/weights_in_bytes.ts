import { add, multiply } from '../builder/elementwise.ts';
import type { NodeBuilder } from '../builder/node_builder.ts';
import type { SymbolicTensor } from '../builder/symbolic_tensor.ts';
import { float32Values } from '../graph/float32_values.ts';
import type { Graph, GraphNode, NodeAttribute } from '../graph/graph.ts';
import { computesFloats, hasControlInputs, textsAttribute } from '../simplify/attributes.ts';
import { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { isQuantizable } from '../tfjs/writer/quantize.ts';
import { integerWeight } from './integer_weight.ts';
import { extending } from './static/compute_in_bytes.ts';
import { withoutFusion } from './static/emit_steps.ts';
import { channelScales, type Filter } from './static/quantize_filter.ts';

const PLAIN: ReadonlyMap<string, string> = new Map([
  ['Conv2D', 'Conv2D'],
  ['_FusedConv2D', 'Conv2D'],
  ['MatMul', 'MatMul'],
  ['_FusedMatMul', 'MatMul'],
]);

/** Activations of fused nodes that are also operations of their own, with the attributes of these. */
const ACTIVATIONS: Readonly<Record<string, (node: GraphNode) => Readonly<Record<string, NodeAttribute>>>> = {
  Elu: () => ({}),
  LeakyRelu: ({ attr }) => ({ alpha: attr.leakyrelu_alpha ?? { f: 0.2 } }),
  Relu: () => ({}),
  Relu6: () => ({}),
  Sigmoid: () => ({}),
};

/**
 * Stores the matrices of products in bytes, with a scale for each column: products of floats with the integers are multiplied by the
 * scales. Activations stay floats.
 *
 * @param isWanted whether a product, a node of this name, is rewritten
 */
export async function storeWeightsInBytes(
  graph: Graph,
  isWanted: (node: GraphNode) => boolean,
): Promise<{ readonly graph: Graph; readonly products: readonly string[] }> {
  const rewrite = new GraphRewrite(graph);
  const g = extending(graph);
  const products: string[] = [];
  for (const node of graph.nodes) {
    const product = isWanted(node) ? await readProduct(rewrite, node) : undefined;
    if (product === undefined) g.nodes.push(node);
    else {
      g.within(node.name, () => emit(g, node, product));
      products.push(node.name);
    }
  }
  return products.length === 0
    ? { graph, products }
    : { graph: { ...graph, nodes: g.nodes, weights: g.weights }, products };
}

interface Product {
  readonly operation: string;
  readonly filter: Omit<Filter, 'bias' | 'meanInputOf'>;
  readonly kernel: Parameters<typeof integerWeight>[0];
  /** Of the fused node, without the addition of a bias. */
  readonly activation: string | undefined;
}

async function readProduct(rewrite: GraphRewrite, node: GraphNode): Promise<Product | undefined> {
  const operation = PLAIN.get(node.op);
  const kernel = rewrite.constant(node.input[1]);
  if (operation === undefined || kernel === undefined || hasControlInputs(node) || !computesFloats(node))
    return undefined;
  if (!isQuantizable(kernel) || kernel.quantized !== undefined || rewrite.producer(node.name) === undefined)
    return undefined;
  const [added, activation, ...others] = textsAttribute(node, 'fused_ops');
  const isKnown = activation === undefined || Object.hasOwn(ACTIVATIONS, activation);
  if (others.length > 0 || !isKnown || (added !== undefined && added !== 'BiasAdd')) return undefined;
  const { shape } = kernel;
  const transposed = node.attr.transpose_b?.b === true;
  const [inner = 1] = shape.slice(1);
  const channels = (transposed ? shape[0] : shape.at(-1)) ?? 1;
  const channelOf = transposed
    ? (index: number) => Math.floor(index / inner)
    : (index: number) => index % channels;
  const values = float32Values(await kernel.read());
  if (!values.every(Number.isFinite)) return undefined;
  return { operation, kernel, activation, filter: { shape, values, channels, channelOf } };
}

/** The steps of a product one after the other. The last one has the name of the node. */
function emit(g: NodeBuilder, node: GraphNode, { operation, kernel, filter, activation }: Product): void {
  const [x = '', , bias] = node.input;
  const tensor = (ref: string): SymbolicTensor => ({ ref, dtype: 'float32', shape: [] });
  const scales = channelScales(filter);
  const integers = g.constant('weights', integerWeight(kernel, { scales, channelOf: filter.channelOf }));
  const products = g.node(operation, [tensor(x), integers], { shape: [] }, withoutFusion(node));
  let result = multiply(g, products, g.floats([...scales]));
  if (bias !== undefined) result = add(g, result, tensor(bias));
  if (activation !== undefined) g.node(activation, [result], { shape: [] }, ACTIVATIONS[activation]?.(node));
  const last = g.nodes.pop();
  if (last !== undefined) g.nodes.push({ ...last, name: node.name });
}
