import type { Signature } from '../../../worker/model/signature.ts';
import { nodesByName, reach } from './functions/reach.ts';
import { formatTensorName, isControl, parseTensorName, type SourceNode } from './source_graph.ts';

export interface FeedableGraph {
  readonly nodes: readonly SourceNode[];
  readonly signatures: Readonly<Record<string, Signature>>;
}

/**
 * Replaces every tensor that a signature feeds by a placeholder, since TensorFlow permits feeding any tensor. If
 * another signature computes the tensor, its value is the placeholder's default.
 */
export function feedableInputs(
  nodes: readonly SourceNode[],
  signatures: Readonly<Record<string, Signature>>,
): FeedableGraph {
  const byName = nodesByName(nodes);
  const fed = new Map<string, { readonly name: string; readonly type: string }>();
  for (const { inputs } of Object.values(signatures)) {
    for (const { name, dtype } of Object.values(inputs)) {
      const { node, index } = parseTensorName(name);
      if (byName.get(node)?.op.startsWith('Placeholder') === true) continue;
      const tensor = formatTensorName({ node, index });
      if (fed.has(tensor)) continue;
      let placeholder = index === 0 ? node : `${node}_${index}`;
      while (index !== 0 && byName.has(placeholder)) placeholder += '_';
      fed.set(tensor, { name: placeholder, type: TYPES[dtype] });
    }
  }
  if (fed.size === 0) return { nodes, signatures };

  const renamed = new Map<string, string>();
  for (const tensor of fed.keys()) {
    const { node, index } = parseTensorName(tensor);
    if (index !== 0) continue;
    let name = `${node}/computed`;
    while (byName.has(name)) name += '_';
    renamed.set(node, name);
  }
  const compute = (tensor: string): string => {
    const { node, index } = parseTensorName(tensor);
    return formatTensorName({ node: renamed.get(node) ?? node, index });
  };
  const redirect = (tensor: string): string =>
    isControl(tensor)
      ? tensor
      : (fed.get(formatTensorName(parseTensorName(tensor)))?.name ?? compute(tensor));
  const placeholders = [...fed].map(([tensor, { name, type }]) => ({
    name,
    op: 'PlaceholderWithDefault',
    input: [compute(tensor)],
    attr: { dtype: { type }, shape: { shape: { unknownRank: true } } },
  }));
  const others = nodes.map((node) => ({
    ...node,
    name: renamed.get(node.name) ?? node.name,
    input: node.input.map(redirect),
  }));
  const renamedSignatures = Object.fromEntries(
    Object.entries(signatures).map(([key, signature]) => [key, renameTensors(signature, fed, compute)]),
  );
  return {
    nodes: withoutIdleDefaults([...placeholders, ...others], renamedSignatures),
    signatures: renamedSignatures,
  };
}

const TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

function renameTensors(
  signature: Signature,
  fed: ReadonlyMap<string, { readonly name: string }>,
  compute: (tensor: string) => string,
): Signature {
  const rename = (tensors: Signature['inputs']) =>
    Object.fromEntries(
      Object.entries(tensors).map(([key, tensor]) => {
        const placeholder = fed.get(formatTensorName(parseTensorName(tensor.name)))?.name;
        const { node, index } = parseTensorName(compute(tensor.name));
        return [
          key,
          { ...tensor, name: placeholder === undefined ? `${node}:${index}` : `${placeholder}:0` },
        ];
      }),
    );
  return { ...signature, inputs: rename(signature.inputs), outputs: rename(signature.outputs) };
}

/** Removes defaults that no signature uses. */
function withoutIdleDefaults(
  nodes: readonly SourceNode[],
  signatures: Readonly<Record<string, Signature>>,
): SourceNode[] {
  const byName = nodesByName(nodes);
  const needed = new Set<string>();
  for (const { inputs, outputs } of Object.values(signatures)) {
    const names = (tensors: Signature['inputs']) =>
      new Set(Object.values(tensors).map(({ name }) => parseTensorName(name).node));
    for (const name of reach(byName, names(outputs), { through: 'data', stops: names(inputs) })) {
      if (!names(inputs).has(name)) needed.add(name);
    }
  }
  return nodes.map((node) =>
    node.op === 'PlaceholderWithDefault' && !needed.has(node.name)
      ? { ...node, op: 'Placeholder', input: [] }
      : node,
  );
}
