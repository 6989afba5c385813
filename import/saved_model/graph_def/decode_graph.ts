import { isMemberName } from '../../../worker/model/names.ts';
import { graphTypeName } from '../../graph/dtype_mapping.ts';
import type { AttributeShape, NodeAttribute } from '../../graph/graph.ts';
import { type Imported, malformed, read } from '../../import_result.ts';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphMessage,
  NodeMessage,
  OperationMessage,
  ShapeMessage,
} from '../protobuf/graph_messages.ts';
import { constantWeight } from './constants/constant_weight.ts';
import { danglingInput } from './dangling_input.ts';
import { OperationOutputs } from './operation_outputs.ts';
import { formatTensorName, type SourceFunction, type SourceGraph, type SourceNode } from './source_graph.ts';

/**
 * Converts a GraphDef message to a graph: attributes in JSON, and the tensors of functions named like those of the
 * graph. It checks names, so that later steps can look nodes up by name.
 *
 * @param definitions the definitions of the operations, if the file has them
 * @param place the beginning of a problem's message
 */
export function decodeGraph(
  message: GraphMessage,
  definitions: readonly OperationMessage[],
  place: string,
): Imported<SourceGraph> {
  const outputs = new OperationOutputs(definitions);
  const defaults = attributeDefaults(definitions);
  const nodes = decodeNodes(message.node, defaults, place);
  if (nodes.kind !== 'read') return nodes;
  const dangling = danglingInput(nodes.value);
  if (dangling !== undefined) return malformed(`${place}: ${dangling}`);
  const functions = new Map<string, SourceFunction>();
  for (const definition of message.library?.function ?? []) {
    const decoded = decodeFunction(definition, outputs, defaults, place);
    if (decoded.kind !== 'read') return decoded;
    functions.set(decoded.value.name, decoded.value);
  }
  return read({ nodes: nodes.value, functions, producer: message.versions?.producer ?? 0, outputs });
}

function decodeNodes(
  messages: readonly NodeMessage[],
  defaults: AttributeDefaults,
  place: string,
): Imported<SourceNode[]> {
  const names = new Set<string>();
  for (const { name } of messages) {
    if (name === '' || !isMemberName(name) || /[:^]/.test(name))
      return malformed(`${place}: a node cannot be called "${name}"`);
    if (names.has(name)) return malformed(`${place}: there are two nodes "${name}"`);
    names.add(name);
  }
  return read(messages.map((message) => decodeNode(message, defaults.get(message.op) ?? [], place)));
}

function decodeNode(
  { name, op, input, attr }: NodeMessage,
  defaults: readonly Attribute[],
  place: string,
): SourceNode {
  const attributes = [...defaults];
  let tensor: Uint8Array | undefined;
  for (const { key, value } of attr) {
    if (value === null || key.startsWith('_') || !isMemberName(key)) continue;
    if (value.tensor === undefined) attributes.push([key, decodeAttribute(value)]);
    else if (key === 'value') tensor = value.tensor;
  }
  const node = { name, op, input, attr: Object.fromEntries(attributes) };
  if (op !== 'Const') return node;
  const where = `${place}: constant "${name}"`;
  const value = tensor === undefined ? malformed(`${where} has no value`) : constantWeight(tensor, where);
  return { ...node, value };
}

type Attribute = readonly [name: string, value: NodeAttribute];
type AttributeDefaults = ReadonlyMap<string, readonly Attribute[]>;

/**
 * Returns the default attributes by operation. A SavedModel omits attributes with the definition's default, and tfjs
 * has other defaults.
 */
function attributeDefaults(definitions: readonly OperationMessage[]): AttributeDefaults {
  return new Map(
    definitions.map(({ name, attr }) => [
      name,
      attr.flatMap(({ name: attribute, defaultValue }): Attribute[] =>
        defaultValue === null || defaultValue.tensor !== undefined || !isMemberName(attribute)
          ? []
          : [[attribute, decodeAttribute(defaultValue)]],
      ),
    ]),
  );
}

function decodeFunction(
  message: FunctionMessage,
  outputs: OperationOutputs,
  defaults: AttributeDefaults,
  place: string,
): Imported<SourceFunction> {
  const { signature } = message;
  const name = signature?.name ?? '';
  if (signature === null || name === '') return malformed(`${place}: a function has no name`);
  const where = `${place}: function "${name}"`;
  const nodes = decodeNodes(message.nodeDef, defaults, where);
  if (nodes.kind !== 'read') return nodes;
  const byName = new Map(nodes.value.map((node) => [node.name, node]));
  const inputs = signature.inputArg.map((argument) => ({
    name: argument.name,
    type: typeName(argument.type),
  }));
  const inputNames = new Set(inputs.map((input) => input.name));

  const flatten = (tensor: string): string | undefined => {
    if (tensor.startsWith('^') || inputNames.has(tensor)) return tensor;
    const [producer = '', output, index] = tensor.split(':');
    const node = byName.get(producer);
    if (node === undefined) return undefined;
    if (output === undefined) return producer;
    const first = callOutputs(node) ? 0 : outputs.position(node, output);
    const position = (first ?? Number.NaN) + Number(index ?? 0);
    return Number.isSafeInteger(position) && position >= 0
      ? formatTensorName({ node: producer, index: position })
      : undefined;
  };

  const flattened: SourceNode[] = [];
  for (const node of nodes.value) {
    const input: string[] = [];
    for (const tensor of node.input) {
      const flat = flatten(tensor);
      if (flat === undefined)
        return malformed(`${where}: node "${node.name}" takes "${tensor}", which is nothing`);
      input.push(flat);
    }
    flattened.push({ ...node, input });
  }
  const dangling = danglingInput(flattened, inputNames);
  if (dangling !== undefined) return malformed(`${where}: ${dangling}`);
  const results: string[] = [];
  const ret = new Map(message.ret.map(({ key, value }) => [key, value]));
  for (const { name: output } of signature.outputArg) {
    const result = flatten(ret.get(output) ?? '');
    if (result === undefined) return malformed(`${where}: nothing is its output "${output}"`);
    results.push(result);
  }
  return read({
    name,
    inputs,
    outputs: signature.outputArg.map((argument) => ({
      name: argument.name,
      type: typeName(argument.type),
    })),
    nodes: flattened,
    results,
    controlResults: message.controlRet.map(({ value }) => value).filter((result) => byName.has(result)),
  });
}

/** True for a call, whose outputs are one list named `output` whatever its definition is. */
const callOutputs = ({ op }: SourceNode): boolean =>
  op === 'StatefulPartitionedCall' || op === 'PartitionedCall';

function decodeAttribute({ s, i, f, b, type, shape, func, list }: AttributeMessage): NodeAttribute {
  if (s !== undefined) return { s: base64(s) };
  if (i !== undefined) return { i: String(i) };
  if (f !== undefined) return { f };
  if (b !== undefined) return { b };
  if (type !== undefined) return { type: typeName(type) };
  if (shape !== undefined) return { shape: decodeShape(shape) };
  if (func !== undefined) return { func: { name: func.name } };
  if (list === undefined) return {};
  return {
    list: {
      ...(list.s.length > 0 ? { s: list.s.map(base64) } : {}),
      ...(list.i.length > 0 ? { i: list.i.map(String) } : {}),
      ...(list.f.length > 0 ? { f: list.f } : {}),
      ...(list.b.length > 0 ? { b: list.b } : {}),
      ...(list.type.length > 0 ? { type: list.type.map(typeName) } : {}),
      ...(list.shape.length > 0 ? { shape: list.shape.map(decodeShape) } : {}),
      ...(list.func.length > 0 ? { func: list.func.map(({ name }) => ({ name })) } : {}),
    },
  };
}

/**
 * Returns the name of a type. TensorFlow 1's references to variables, numbered from 101, have the type of the variable.
 */
const typeName = (type: number): string => graphTypeName(type > 100 ? type - 100 : type);

function decodeShape({ dim, unknownRank }: ShapeMessage): AttributeShape {
  return unknownRank ? { unknownRank } : { dim: dim.map(({ size }) => ({ size: String(size) })) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
