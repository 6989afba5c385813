import type { GraphNode, NodeAttribute } from '../graph/graph.ts';
import { textsAttribute } from '../simplify/attributes.ts';
import { LEAKY_RELU_SLOPE } from '../simplify/fuse_activation.ts';
import type { GraphRewrite } from '../simplify/graph_rewrite.ts';

type Attributes = Readonly<Record<string, NodeAttribute>>;

/** What a node of TensorFlow's fused products computes of its product. */
export interface FusedParts {
  readonly bias: string | undefined;
  readonly activation:
    | { readonly op: string; readonly inputs: readonly string[]; readonly attr: Attributes }
    | undefined;
}

/** Activations that are also operations of their own. */
const ACTIVATIONS: ReadonlySet<string> = new Set(['Elu', 'LeakyRelu', 'Prelu', 'Relu', 'Relu6', 'Sigmoid']);

/**
 * Returns what a node computes of its product, or undefined if that is not known.
 *
 * @param inputs those of the node after the factors of the product
 */
export function readFusedParts(node: GraphNode, inputs: readonly string[]): FusedParts | undefined {
  const [first, activation, ...more] = textsAttribute(node, 'fused_ops');
  const [bias, ...others] = inputs;
  if (first === undefined) return bias === undefined ? { bias: undefined, activation: undefined } : undefined;
  if (first !== 'BiasAdd' || bias === undefined || more.length > 0) return undefined;
  if (activation === undefined) return others.length === 0 ? { bias, activation } : undefined;
  if (!ACTIVATIONS.has(activation) || others.length !== (activation === 'Prelu' ? 1 : 0)) return undefined;
  const attr: Attributes =
    activation === 'LeakyRelu' ? { alpha: node.attr.leakyrelu_alpha ?? { f: LEAKY_RELU_SLOPE } } : {};
  return { bias, activation: { op: activation, inputs: others, attr } };
}

const FUSION: ReadonlySet<string> = new Set(['fused_ops', 'num_args', 'epsilon', 'leakyrelu_alpha']);

/** The attributes of a node as those of the plain operation. */
export function withoutFusion({ attr }: GraphNode): Attributes {
  return Object.fromEntries(Object.entries(attr).filter(([name]) => !FUSION.has(name)));
}

/** Replaces the node of this name by its product times scales, and the parts that were fused into it. */
export function replaceByScaled(
  rewrite: GraphRewrite,
  name: string,
  { product, scales }: { readonly product: string; readonly scales: string },
  { bias, activation }: FusedParts,
): void {
  const parts: Omit<GraphNode, 'name'>[] = [{ op: 'Mul', input: [scales], attr: {} }];
  if (bias !== undefined) parts.push({ op: 'AddV2', input: [bias], attr: {} });
  if (activation !== undefined)
    parts.push({ op: activation.op, input: activation.inputs, attr: activation.attr });
  let result = product;
  for (const [index, { op, input, attr }] of parts.entries()) {
    const part = { op, input: [result, ...input], attr: { T: FLOAT, ...attr } };
    // The last node has the name by which others know the product.
    if (index === parts.length - 1) rewrite.replace({ name, ...part });
    else result = rewrite.addNode({ name: `${name}/part_${index}`, ...part });
  }
}

export const FLOAT: NodeAttribute = { type: 'DT_FLOAT' };
