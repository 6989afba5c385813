import { isMemberName } from '../../worker/model/names.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { graphDataType, graphTypeName } from '../graph/dtype_mapping.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { type NodesByName, reach } from './graph_def/functions/reach.ts';
import { formatTensorName, parseTensorName, type SourceNode } from './graph_def/source_graph.ts';
import { examplesOf, type ParsedFeature, parsedFeatures } from './parsed_examples.ts';
import type { SignatureMessage, TensorInfoMessage } from './protobuf/saved_model_messages.ts';

const PREDICT = 'tensorflow/serving/predict';
const METHODS: readonly Signature['method'][] = [
  PREDICT,
  'tensorflow/serving/classify',
  'tensorflow/serving/regress',
];

/** Returns the nodes of a signature's tensors. */
export function signatureNodes({ inputs, outputs }: SignatureMessage): {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
} {
  const names = (entries: SignatureMessage['inputs']) =>
    new Set(entries.map(({ value }) => parseTensorName(value?.name ?? '').node));
  return { inputs: names(inputs), outputs: names(outputs) };
}

/** A signature, and the features that it takes in place of serialized tf.Examples. */
export interface ReadSignature {
  readonly signature: Signature;
  readonly features: readonly ParsedFeature[];
}

/**
 * A signature as the server has it. For classification and regression, whose requests hold examples as JSON, serialized
 * tf.Examples among its inputs are replaced by the features that are parsed from them, as far as its outputs need them.
 *
 * @param nodes without calls
 */
export async function readSignature(
  message: SignatureMessage,
  nodes: NodesByName<SourceNode>,
): Promise<Imported<ReadSignature>> {
  const outputs = readTensors(message.outputs, nodes, 'output');
  if (outputs.kind !== 'read') return outputs;
  if (Object.keys(outputs.value).length === 0) return unsupported('it has no output');
  const method = METHODS.find((candidate) => candidate === (message.methodName || PREDICT));
  if (method === undefined) {
    return unsupported(`its method "${message.methodName}" is not one of ${METHODS.join(', ')}`);
  }
  const fed = signatureNodes(message);
  const used = reach(nodes, fed.outputs, { through: 'data', stops: fed.inputs });
  const inputs =
    method === PREDICT
      ? withoutFeatures(readTensors(message.inputs, nodes, 'input'), nodes, used)
      : await readInputs(message, nodes, used);
  if (inputs.kind !== 'read') return inputs;
  const { tensors, features } = inputs.value;
  const given = new Set(Object.values(tensors).map(({ name }) => parseTensorName(name).node));
  const missing = [...reach(nodes, fed.outputs, { through: 'data', stops: given })].find(
    (name) => nodes.get(name)?.op === 'Placeholder' && !given.has(name),
  );
  if (missing !== undefined)
    return unsupported(`its outputs need "${missing}", which is not one of its inputs`);
  return read({ signature: { method, inputs: tensors, outputs: outputs.value }, features });
}

interface Inputs {
  readonly tensors: Record<string, TensorInfo>;
  readonly features: readonly ParsedFeature[];
}

/** Marks inputs that are serialized tf.Examples: the server makes them of the JSON of requests that hold examples. */
function withoutFeatures(
  tensors: Imported<Record<string, TensorInfo>>,
  nodes: NodesByName<SourceNode>,
  used: ReadonlySet<string>,
): Imported<Inputs> {
  if (tensors.kind !== 'read') return tensors;
  const parsed = new Set([...used].map((name) => parsedBy(nodes, name)));
  const marked = Object.entries(tensors.value).map(([name, info]): [string, TensorInfo] => [
    name,
    parsed.has(parseTensorName(info.name).node) ? { ...info, holdsExamples: true } : info,
  ]);
  return read({ tensors: Object.fromEntries(marked), features: [] });
}

function parsedBy(nodes: NodesByName<SourceNode>, name: string): string | undefined {
  const node = nodes.get(name);
  return node && examplesOf(nodes, node);
}

async function readInputs(
  { inputs, outputs }: SignatureMessage,
  nodes: NodesByName<SourceNode>,
  used: ReadonlySet<string>,
): Promise<Imported<Inputs>> {
  const tensors: Record<string, TensorInfo> = {};
  const features: ParsedFeature[] = [];
  const usedNodes = [...used].flatMap((name) => nodes.get(name) ?? []);
  const usedTensors = new Set(
    [...usedNodes.flatMap(({ input }) => input), ...outputs.map(({ value }) => value?.name ?? '')].map(
      (tensor) => formatTensorName(parseTensorName(tensor)),
    ),
  );
  for (const entry of inputs) {
    const given = parseTensorName(entry.value?.name ?? '').node;
    const parsers = usedNodes.filter((node) => examplesOf(nodes, node) === given);
    if (parsers.length === 0) {
      const tensor = readTensors([entry], nodes, 'input');
      if (tensor.kind !== 'read') return tensor;
      Object.assign(tensors, tensor.value);
      continue;
    }
    for (const parser of parsers) {
      const parsed = await parsedFeatures(nodes, parser);
      if (parsed.kind !== 'read') return parsed;
      const dense = new Set(parsed.value.map(({ tensor }) => formatTensorName(parseTensorName(tensor.name))));
      if (
        [...usedTensors].some((tensor) => parseTensorName(tensor).node === parser.name && !dense.has(tensor))
      ) {
        return unsupported(
          `it uses features of variable length, which "${parser.name}" parses; examples in JSON have dense ones alone`,
        );
      }
      for (const feature of parsed.value) {
        if (!usedTensors.has(formatTensorName(parseTensorName(feature.tensor.name)))) continue;
        if (Object.hasOwn(tensors, feature.name)) return unsupported(`it has two inputs "${feature.name}"`);
        tensors[feature.name] = feature.tensor;
        features.push(feature);
      }
    }
  }
  return read({ tensors, features });
}

function readTensors(
  entries: SignatureMessage['inputs'],
  nodes: NodesByName<SourceNode>,
  side: 'input' | 'output',
): Imported<Record<string, TensorInfo>> {
  const tensors: Record<string, TensorInfo> = {};
  for (const { key, value } of entries) {
    if (!isMemberName(key)) return unsupported(`a tensor cannot be called "${key}"`);
    const tensor = value === null ? malformed('it is not a tensor') : readTensor(value, nodes);
    if (tensor.kind !== 'read') return { ...tensor, message: `${side} "${key}": ${tensor.message}` };
    tensors[key] = tensor.value;
  }
  return read(tensors);
}

function readTensor(
  { name, dtype, tensorShape }: TensorInfoMessage,
  nodes: NodesByName<SourceNode>,
): Imported<TensorInfo> {
  if (name === '') return unsupported('sparse and composite tensors cannot be served');
  const { node, index } = parseTensorName(name);
  if (!nodes.has(node)) return malformed(`"${name}" is not in the graph`);
  // TensorFlow 1 numbers references to variables from 101.
  const type = dtype > 100 ? dtype - 100 : dtype;
  const known = graphDataType(type);
  if (known === undefined) return unsupported(`tensors of type ${graphTypeName(type)} cannot be served`);
  const shape =
    tensorShape === null || tensorShape.unknownRank
      ? null
      : tensorShape.dim.map(({ size }) => Math.max(-1, Number(size)));
  return read({ name: `${node}:${index}`, dtype: known, shape });
}
