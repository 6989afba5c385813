import { isMemberName } from '../../worker/model/names.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { graphDataType } from '../graph/dtype_mapping.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { type NodesByName, nodesByName, origin } from './graph_def/functions/reach.ts';
import {
  dataInputs,
  formatTensorName,
  isControl,
  numberAttribute,
  parseTensorName,
  type SourceNode,
  shapeSizes,
} from './graph_def/source_graph.ts';
import { readStringConstant } from './string_constant.ts';

/** A feature that the graph took out of serialized tf.Examples, and that it is given instead. */
export interface ParsedFeature {
  readonly name: string;
  /** The placeholder in its place. */
  readonly tensor: TensorInfo;
  /** The node that gave the serialized examples. */
  readonly examples: string;
  /** TensorFlow would put a default in its place where an example lacks it. */
  readonly hasDefault: boolean;
}

export interface CutGraph {
  readonly nodes: readonly SourceNode[];
  readonly features: readonly ParsedFeature[];
}

interface Parser {
  readonly examples: string;
  readonly keys: readonly string[];
  /** The output that the first feature is. */
  readonly firstOutput: number;
  readonly defaults: readonly string[];
  readonly isBatch: boolean;
}

/**
 * Cuts off the operations that parse tf.Examples: each of their dense features becomes a placeholder. The server
 * parses examples itself. Sparse and ragged features stay as they are, for whoever uses them to be refused.
 */
export async function cutExampleParsers(nodes: readonly SourceNode[]): Promise<Imported<CutGraph>> {
  const byName = nodesByName(nodes);
  const added: SourceNode[] = [];
  const features: ParsedFeature[] = [];
  const replaced = new Map<string, string>();
  for (const node of nodes) {
    const parser = await readParser(byName, node);
    if (parser === undefined) continue;
    if (parser.kind !== 'read') return { ...parser, message: `node "${node.name}": ${parser.message}` };
    for (const [index, key] of parser.value.keys.entries()) {
      const feature = describeFeature(byName, node, parser.value, index, key);
      if (feature.kind !== 'read') return { ...feature, message: `node "${node.name}": ${feature.message}` };
      let name = `${node.name}/${key}`;
      while (byName.has(name)) name += '_';
      const { dtype, shape } = feature.value;
      added.push({
        name,
        op: 'Placeholder',
        input: [],
        attr: {
          dtype: { type: feature.value.type },
          shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } },
        },
      });
      features.push({
        name: key,
        tensor: { name: `${name}:0`, dtype, shape },
        examples: parser.value.examples,
        hasDefault: feature.value.hasDefault,
      });
      replaced.set(formatTensorName({ node: node.name, index: parser.value.firstOutput + index }), name);
    }
  }
  const redirect = (input: string): string =>
    isControl(input) ? input : (replaced.get(formatTensorName(parseTensorName(input))) ?? input);
  return read({
    nodes: [...added, ...nodes.map((node) => ({ ...node, input: node.input.map(redirect) }))],
    features,
  });
}

async function readParser(
  nodes: NodesByName<SourceNode>,
  node: SourceNode,
): Promise<Imported<Parser> | undefined> {
  const inputs = dataInputs(node);
  const examples = origin(nodes, inputs[0] ?? '')?.node.name ?? '';
  switch (node.op) {
    case 'ParseExample': {
      const sparse = numberAttribute(node, 'Nsparse') ?? 0;
      const dense = numberAttribute(node, 'Ndense') ?? 0;
      if (inputs.length !== 2 + sparse + 2 * dense)
        return malformed('it has not as many inputs as it should');
      const keys: string[] = [];
      for (const input of inputs.slice(2 + sparse, 2 + sparse + dense)) {
        const key = await readStringConstant(nodes, input);
        if (key.kind !== 'read') return key;
        keys.push(key.value[0] ?? '');
      }
      return read({
        examples,
        keys,
        firstOutput: 3 * sparse,
        defaults: inputs.slice(2 + sparse + dense),
        isBatch: true,
      });
    }
    case 'ParseExampleV2': {
      const sparse = numberAttribute(node, 'num_sparse') ?? 0;
      const keys = await readStringConstant(nodes, inputs[3] ?? '');
      if (keys.kind !== 'read') return keys;
      const isBatch = shapeSizes(nodes.get(examples)?.attr.shape?.shape)?.length !== 0;
      return read({
        examples,
        keys: keys.value,
        firstOutput: 3 * sparse,
        defaults: inputs.slice(5),
        isBatch,
      });
    }
    case 'ParseSingleExample': {
      const sparse = numberAttribute(node, 'num_sparse') ?? 0;
      const keys = (node.attr.dense_keys?.list?.s ?? []).map((key) => Buffer.from(key, 'base64').toString());
      return read({ examples, keys, firstOutput: 3 * sparse, defaults: inputs.slice(1), isBatch: false });
    }
    default:
      return undefined;
  }
}

function describeFeature(
  nodes: NodesByName<SourceNode>,
  node: SourceNode,
  { defaults, isBatch }: Parser,
  index: number,
  key: string,
): Imported<Pick<TensorInfo, 'dtype'> & { shape: number[]; type: string; hasDefault: boolean }> {
  if (!isMemberName(key) || key === '') return unsupported(`a feature cannot be called "${key}"`);
  const type = node.attr.Tdense?.list?.type?.[index];
  const dtype = graphDataType(type);
  if (type === undefined || dtype === undefined) {
    return unsupported(`feature "${key}" is of type ${type}, which cannot be served`);
  }
  const sizes = shapeSizes(node.attr.dense_shapes?.list?.shape?.[index]);
  if (sizes === null) return malformed(`feature "${key}" has no shape`);
  // An empty default says that there is none.
  const value = origin(nodes, defaults[index] ?? '')?.node.value;
  const hasDefault = value === undefined || (value.kind === 'read' && !value.value.shape.includes(0));
  return read({ dtype, type, shape: isBatch ? [-1, ...sizes] : sizes, hasDefault });
}
