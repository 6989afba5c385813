import { CodedError } from '../../../worker/model/coded_error.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type ImportProblem, malformed, unsupported } from '../../import_result.ts';
import type { AttributeMessage, FunctionMessage, ModelMessage, NodeMessage } from '../file/messages.ts';
import { operatorOf, takesSequences } from '../operators/operators.ts';
import { elementsOf, inlineConstant } from '../values/constants.ts';
import { isTensor, type OnnxValue, tensorOf } from '../values/onnx_value.ts';
import { OnnxRefusal, refuse, refuseMalformed } from '../values/refusal.ts';
import { Attributes } from './attributes.ts';
import { readSubgraph } from './read_subgraph.ts';
import type { Values } from './subgraph.ts';

/** What all nodes of a model share. */
export interface ModelContext {
  /** The version of each domain's operator set. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The model's own functions, by domain and name. */
  readonly functions: ReadonlyMap<string, FunctionMessage>;
  /** What the call of a function gives for the attributes that its nodes refer to, also those in graphs within nodes. */
  readonly given?: ReadonlyMap<string, AttributeMessage>;
  /** How many nodes were converted so far, also those of functions and of rounds that are written out. */
  readonly converted: { count: number };
}

/** Functions that call functions, and loops in loops, could make any number of nodes of a small file. */
const MOST_NODES = 250_000;

/** Functions may call each other, but not endlessly. */
const DEEPEST = 32;

/** Converts nodes in their order, which is one in which values come before what reads them. */
export function convertNodes(
  context: ModelContext,
  g: NodeBuilder,
  nodes: readonly NodeMessage[],
  values: Values,
  depth = 0,
): void {
  if (depth > DEEPEST) throw new OnnxRefusal(malformed(`graphs lie in each other more than ${DEEPEST} deep`));
  for (const node of nodes) {
    if (++context.converted.count > MOST_NODES)
      throw new OnnxRefusal(unsupported(`it has more than ${MOST_NODES} nodes, which are too many`));
    const outputs = atNode(node, () => convertNode(context, g, node, values, depth));
    for (const [index, name] of node.output.entries()) {
      const output = outputs[index];
      if (name === '') continue;
      if (output === undefined) {
        atNode(node, () => refuse(`has an output ${index} ("${name}") that is not computed`));
      } else values.set(name, output);
    }
  }
}

/** Lets a refusal name the node. */
function atNode<T>(node: NodeMessage, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { kind, message } = problemOf(error);
    if (message.startsWith('operation ')) throw error;
    throw new OnnxRefusal({ kind, message: `${describeNode(node)} ${message}` });
  }
}

/** Sizes and attributes that do not fit together can fail anywhere in a conversion. @throws faults of other kinds */
function problemOf(error: unknown): ImportProblem {
  if (error instanceof OnnxRefusal) return error.problem;
  if (!(error instanceof Error) || error instanceof CodedError) throw error;
  return malformed(`has inputs and attributes that do not fit together: ${error.message}`);
}

function describeNode({ opType, domain, name, output }: NodeMessage): string {
  const full = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
  return `operation ${full} (node "${name || output[0]}")`;
}

function convertNode(
  context: ModelContext,
  g: NodeBuilder,
  node: NodeMessage,
  values: Values,
  depth: number,
): readonly (OnnxValue | undefined)[] {
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const given = node.input.map((name) => {
    if (name === '') return undefined;
    return values.get(name) ?? refuseMalformed(`reads "${name}", which no node before it gives`);
  });
  const attribute = resolved(context, node.attribute);
  const own = context.functions.get(functionKey({ domain, name: node.opType, overload: node.overload }));
  if (own !== undefined) return callFunction(context, g, own, attribute, given, depth);
  const opset = context.opsets.get(domain) ?? context.opsets.get('');
  if (opset === undefined)
    refuseMalformed(`is of the operator set "${domain}", whose version the model does not say`);
  const operator = operatorOf(domain, node.opType);
  if (operator === undefined)
    refuse(`of operator set ${opset} is not known; docs/operations.md lists those that are`);
  const mayBeSequences = domain === '' && takesSequences(node.opType);
  const inputs = given.map((value, index) => {
    if (value === undefined || isTensor(value)) return value;
    return mayBeSequences ? undefined : tensorOf(value, node.input[index] ?? '');
  });
  const attributes = new Attributes(attribute);
  const outputs = operator({
    g,
    opset,
    inputs,
    values: given,
    outputCount: node.output.length,
    attributes,
    constant: (bytes) => inlineConstant(g, bytes),
    elements: elementsOf,
    subgraph: (bytes) =>
      readSubgraph(bytes, values, g, (builder, inner, own) =>
        convertNodes(context, builder, inner, own, depth + 1),
      ),
  });
  const [unread] = attributes.unread();
  if (unread !== undefined)
    refuse(`of operator set ${opset} has the attribute "${unread}", which is not known`);
  return 'ref' in outputs ? [outputs] : outputs;
}

/** Attributes of a node of a function, in the place of those that refer to one of the call. */
function resolved(
  { given }: ModelContext,
  attributes: readonly AttributeMessage[],
): readonly AttributeMessage[] {
  return attributes.flatMap((attribute) => {
    if (attribute.refAttrName === '') return [attribute];
    if (given === undefined) {
      return refuseMalformed(`refers to the attribute "${attribute.refAttrName}" outside of a function`);
    }
    const referred = given.get(attribute.refAttrName);
    return referred === undefined ? [] : [{ ...referred, name: attribute.name }];
  });
}

/** The name by which nodes call a function; functions of one name differ in their overload. */
export function functionKey({
  domain,
  name,
  overload,
}: Pick<FunctionMessage, 'domain' | 'name' | 'overload'>): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${name}:${overload}`;
}

/** The version of each domain's operator set; ONNX's own domain has two names. */
export function opsetsOf(imports: ModelMessage['opsetImport']): Map<string, number> {
  return new Map(imports.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]));
}

/** Converts the nodes of a function in the place of its call. */
function callFunction(
  context: ModelContext,
  g: NodeBuilder,
  called: FunctionMessage,
  attributes: readonly AttributeMessage[],
  inputs: readonly (OnnxValue | undefined)[],
  depth: number,
): (OnnxValue | undefined)[] {
  const values: Values = new Map();
  for (const [index, name] of called.input.entries()) {
    const given = inputs[index];
    if (given !== undefined) values.set(name, given);
  }
  const given = new Map([
    ...called.attributeProto.map((attribute) => [attribute.name, attribute] as const),
    ...attributes.map((attribute) => [attribute.name, attribute] as const),
  ]);
  const nodes = called.node.map((inner) => ({
    ...inner,
    input: inner.input.map((name) => (called.input.includes(name) && !values.has(name) ? '' : name)),
  }));
  const opsets = new Map([...context.opsets, ...opsetsOf(called.opsetImport)]);
  convertNodes({ ...context, opsets, given }, g, nodes, values, depth + 1);
  return called.output.map((name) => values.get(name));
}
