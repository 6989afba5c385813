import { isMemberName } from '../../worker/model/names.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { graphDataType } from '../graph/dtype_mapping.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { type NodesByName, origin } from './graph_def/functions/reach.ts';
import { dataInputs, numberAttribute, type SourceNode, shapeSizes } from './graph_def/source_graph.ts';
import { readStringConstant } from './string_constant.ts';

/** A dense feature that a graph parses out of serialized tf.Examples. */
export interface ParsedFeature {
  readonly name: string;
  /** The output of the parser. */
  readonly tensor: TensorInfo;
  /** TensorFlow would put a default in its place where an example lacks it. */
  readonly hasDefault: boolean;
}

interface Parser {
  readonly keys: readonly string[];
  /** The index of the first feature's output. */
  readonly firstOutput: number;
  readonly defaults: readonly string[];
  readonly isBatch: boolean;
}

const PARSERS: ReadonlySet<string> = new Set(['ParseExample', 'ParseExampleV2', 'ParseSingleExample']);

/** The node that gives a parser its examples; undefined for a node that parses none. */
export function examplesOf(nodes: NodesByName<SourceNode>, node: SourceNode): string | undefined {
  return PARSERS.has(node.op) ? (origin(nodes, dataInputs(node)[0] ?? '')?.node.name ?? '') : undefined;
}

/**
 * The dense features of a node that parses tf.Examples. The APIs that take examples as JSON feed them: the server needs
 * no serialized example then. Sparse and ragged features can only be parsed.
 */
export async function parsedFeatures(
  nodes: NodesByName<SourceNode>,
  node: SourceNode,
): Promise<Imported<ParsedFeature[]>> {
  const parser = await readParser(nodes, node);
  if (parser.kind !== 'read') return { ...parser, message: `node "${node.name}": ${parser.message}` };
  const features: ParsedFeature[] = [];
  for (const [index, key] of parser.value.keys.entries()) {
    const feature = describeFeature(nodes, node, parser.value, index, key);
    if (feature.kind !== 'read') return { ...feature, message: `node "${node.name}": ${feature.message}` };
    const { dtype, shape, hasDefault } = feature.value;
    const name = `${node.name}:${parser.value.firstOutput + index}`;
    features.push({ name: key, tensor: { name, dtype, shape }, hasDefault });
  }
  return read(features);
}

async function readParser(nodes: NodesByName<SourceNode>, node: SourceNode): Promise<Imported<Parser>> {
  const inputs = dataInputs(node);
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
      const isBatch = shapeSizes(nodes.get(examplesOf(nodes, node) ?? '')?.attr.shape?.shape)?.length !== 0;
      return read({
        keys: keys.value,
        firstOutput: 3 * sparse,
        defaults: inputs.slice(5),
        isBatch,
      });
    }
    case 'ParseSingleExample': {
      const sparse = numberAttribute(node, 'num_sparse') ?? 0;
      const keys = (node.attr.dense_keys?.list?.s ?? []).map((key) => Buffer.from(key, 'base64').toString());
      return read({ keys, firstOutput: 3 * sparse, defaults: inputs.slice(1), isBatch: false });
    }
    default:
      return malformed('it parses no examples');
  }
}

function describeFeature(
  nodes: NodesByName<SourceNode>,
  node: SourceNode,
  { defaults, isBatch }: Parser,
  index: number,
  key: string,
): Imported<Pick<TensorInfo, 'dtype'> & { shape: number[]; hasDefault: boolean }> {
  if (!isMemberName(key) || key === '') return unsupported(`a feature cannot be called "${key}"`);
  const type = node.attr.Tdense?.list?.type?.[index];
  const dtype = graphDataType(type);
  if (type === undefined || dtype === undefined) {
    return unsupported(`feature "${key}" is of type ${type}, which cannot be served`);
  }
  const sizes = shapeSizes(node.attr.dense_shapes?.list?.shape?.[index]);
  if (sizes === null) return malformed(`feature "${key}" has no shape`);
  // An empty default means that there is none.
  const value = origin(nodes, defaults[index] ?? '')?.node.value;
  const hasDefault = value === undefined || (value.kind === 'read' && !value.value.shape.includes(0));
  return read({ dtype, shape: isBatch ? [-1, ...sizes] : sizes, hasDefault });
}
