import type { Signature } from '../../../worker/model/signature.ts';
import { nodesByName, reach } from './functions/reach.ts';
import { parseTensorName, type SourceNode } from './source_graph.ts';

/** Element-wise operations, which broadcast their operands. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['Abs', 'Add', 'AddV2', 'Cast', 'Ceil', 'ClipByValue', 'Cos', 'Div', 'Elu', 'Exp', 'Expm1', 'Floor'],
  ...['Identity', 'IdentityN', 'LeakyRelu', 'Log', 'Log1p', 'Maximum', 'Minimum', 'Mul', 'Neg', 'Pow'],
  ...['RealDiv', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin'],
  ...['Softplus', 'Sqrt', 'Square', 'SquaredDifference', 'StopGradient', 'Sub', 'Tanh'],
]);

export interface ShapedGraph {
  readonly nodes: readonly SourceNode[];
  readonly signatures: Readonly<Record<string, Signature>>;
}

/**
 * Marks the inputs of signatures that accept any shape. TensorFlow does not check inputs against the signature, so that
 * an element-wise graph accepts any shape. It removes the shape of their placeholders, which tfjs would check.
 */
export function anyShapes(
  nodes: readonly SourceNode[],
  signatures: Readonly<Record<string, Signature>>,
): ShapedGraph {
  const byName = nodesByName(nodes);
  const free = new Set<string>();
  const marked = Object.entries(signatures).map(([name, signature]): [string, Signature] => {
    const fed = nodesOf(signature.inputs);
    const used = reach(byName, nodesOf(signature.outputs), { through: 'data', stops: fed });
    const isElementwise = [...used].every((node) => {
      const op = byName.get(node)?.op ?? '';
      return fed.has(node) || op === 'Const' || ELEMENTWISE.has(op);
    });
    if (!isElementwise) return [name, signature];
    for (const node of fed) free.add(node);
    const inputs = Object.entries(signature.inputs).map(([key, tensor]) => [
      key,
      { ...tensor, anyShape: true },
    ]);
    return [name, { ...signature, inputs: Object.fromEntries(inputs) }];
  });
  return {
    nodes: nodes.map((node) =>
      free.has(node.name)
        ? { ...node, attr: { ...node.attr, shape: { shape: { unknownRank: true } } } }
        : node,
    ),
    signatures: Object.fromEntries(marked),
  };
}

function nodesOf(tensors: Signature['inputs']): ReadonlySet<string> {
  return new Set(Object.values(tensors).map(({ name }) => parseTensorName(name).node));
}
