import { isMemberName } from '../../worker/model/names.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { graphDataType, graphTypeName } from '../graph/dtype_mapping.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { type NodesByName, reach } from './graph_def/functions/reach.ts';
import { parseTensorName, type SourceNode } from './graph_def/source_graph.ts';
import type { ParsedFeature } from './parsed_examples.ts';
import type { SignatureMessage, TensorInfoMessage } from './protobuf/saved_model_messages.ts';

const METHODS: readonly Signature['method'][] = [
  'tensorflow/serving/predict',
  'tensorflow/serving/classify',
  'tensorflow/serving/regress',
];

/** The nodes of a signature's tensors. */
export function signatureNodes({ inputs, outputs }: SignatureMessage): {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
} {
  const names = (entries: SignatureMessage['inputs']) =>
    new Set(entries.map(({ value }) => parseTensorName(value?.name ?? '').node));
  return { inputs: names(inputs), outputs: names(outputs) };
}

/**
 * A signature as the server has it. Serialized tf.Examples among its inputs are replaced by the features that are
 * parsed from them, as far as its outputs need them.
 *
 * @param nodes without calls, and with example parsers cut off
 */
export function readSignature(
  message: SignatureMessage,
  nodes: NodesByName<SourceNode>,
  features: readonly ParsedFeature[],
): Imported<Signature> {
  const outputs = readTensors(message.outputs, nodes, 'output');
  if (outputs.kind !== 'read') return outputs;
  if (Object.keys(outputs.value).length === 0) return unsupported('it has no output');
  const fed = signatureNodes(message);
  const used = reach(nodes, fed.outputs, { through: 'data', stops: fed.inputs });
  const inputs = readInputs(message, nodes, features, used);
  if (inputs.kind !== 'read') return inputs;
  const given = new Set(Object.values(inputs.value).map(({ name }) => parseTensorName(name).node));
  const missing = [...used].find((name) => nodes.get(name)?.op === 'Placeholder' && !given.has(name));
  if (missing !== undefined) return unsupported(`its outputs need "${missing}", which is none of its inputs`);
  const method = METHODS.find((candidate) => candidate === message.methodName);
  if (method === undefined && message.methodName !== '') {
    return unsupported(`its method "${message.methodName}" is none of ${METHODS.join(', ')}`);
  }
  return read({
    method: method ?? METHODS[0] ?? 'tensorflow/serving/predict',
    inputs: inputs.value,
    outputs: outputs.value,
  });
}

function readInputs(
  { inputs }: SignatureMessage,
  nodes: NodesByName<SourceNode>,
  features: readonly ParsedFeature[],
  used: ReadonlySet<string>,
): Imported<Record<string, TensorInfo>> {
  const tensors: Record<string, TensorInfo> = {};
  for (const entry of inputs) {
    const node = parseTensorName(entry.value?.name ?? '').node;
    const parsed = features.filter(({ examples }) => examples === node);
    if (parsed.length === 0) {
      const tensor = readTensors([entry], nodes, 'input');
      if (tensor.kind !== 'read') return tensor;
      Object.assign(tensors, tensor.value);
      continue;
    }
    const parser = [...used].find((name) => /^Parse(Single)?Example/.test(nodes.get(name)?.op ?? ''));
    if (parser !== undefined) {
      return unsupported(
        `it uses features of variable length, which "${parser}" parses; only dense ones can be served`,
      );
    }
    if (used.has(node)) return unsupported(`it uses the serialized examples "${entry.key}" themselves`);
    for (const { name, tensor } of parsed) {
      if (!used.has(parseTensorName(tensor.name).node)) continue;
      if (Object.hasOwn(tensors, name)) return unsupported(`it has two inputs "${name}"`);
      tensors[name] = tensor;
    }
  }
  return read(tensors);
}

function readTensors(
  entries: SignatureMessage['inputs'],
  nodes: NodesByName<SourceNode>,
  side: 'input' | 'output',
): Imported<Record<string, TensorInfo>> {
  const tensors: Record<string, TensorInfo> = {};
  for (const { key, value } of entries) {
    if (!isMemberName(key)) return unsupported(`a tensor cannot be called "${key}"`);
    const tensor = value === null ? malformed('it is no tensor') : readTensor(value, nodes);
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
  // TensorFlow 1's references to variables are numbered from 101.
  const type = dtype > 100 ? dtype - 100 : dtype;
  const known = graphDataType(type);
  if (known === undefined) return unsupported(`tensors of type ${graphTypeName(type)} cannot be served`);
  const shape =
    tensorShape === null || tensorShape.unknownRank
      ? null
      : tensorShape.dim.map(({ size }) => Math.max(-1, Number(size)));
  return read({ name: `${node}:${index}`, dtype: known, shape });
}
