import { elementCount } from '../../../worker/model/tensor.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { malformed } from '../../import_result.ts';
import type { FileBytes } from '../file/file_bytes.ts';
import type { GraphMessage, ModelMessage, OperatorMessage, TensorMessage } from '../file/model.ts';
import { operatorOf } from '../operators/operators.ts';
import { codeRange, dataTypeOf } from '../tensors/element_types.ts';
import { readConstant } from '../tensors/read_constant.ts';
import { type TensorDescription, type TfliteTensor, typed } from '../tensors/tflite_tensor.ts';
import { callOperator } from './call_operator.ts';
import type { OperatorCall } from './operator_call.ts';
import { refuse, refuseMalformed, TfliteRefusal } from './refusal.ts';
import type { Subgraph } from './subgraph.ts';

/** What all graphs of a model share. */
export interface ModelContext {
  readonly file: FileBytes;
  readonly model: ModelMessage;
  readonly resources: OperatorCall['resources'];
  /** How many more operations may be converted. Graphs that call each other could go on without end. */
  operationsLeft: number;
}

/** Graphs may call each other, but not endlessly. */
const DEEPEST = 32;
const MOST_OPERATIONS = 2 ** 18;

export function modelContext(file: FileBytes, model: ModelMessage): ModelContext {
  return { file, model, resources: new Map(), operationsLeft: MOST_OPERATIONS };
}

/**
 * Converts the operations of a graph in their order, which is one in which values come before what reads them.
 *
 * @param given the values of tensors by their indices, to which those of all outputs are added
 * @throws TfliteRefusal
 */
export function convertOperators(
  context: ModelContext,
  g: NodeBuilder,
  graph: GraphMessage,
  given: Map<number, TfliteTensor>,
  depth = 0,
): void {
  if (depth > DEEPEST) throw new TfliteRefusal(malformed(`graphs call each other more than ${DEEPEST} deep`));
  for (const operator of graph.operators) {
    if (context.operationsLeft-- <= 0)
      throw new TfliteRefusal(malformed(`it has more than ${MOST_OPERATIONS} operations`));
    const outputs = atOperator(operator, graph, () => {
      const inputs = operator.inputs.map((index) =>
        index < 0 ? undefined : tensorAt(context, g, graph, given, index),
      );
      return convertOperator(context, g, graph, operator, inputs, depth);
    });
    for (const [index, tensor] of operator.outputs.entries()) {
      const output = outputs[index];
      if (output !== undefined) given.set(tensor, output);
    }
  }
}

/** A value that is given, a constant of the file, or a state at its beginning. @throws TfliteRefusal */
export function tensorAt(
  { file }: ModelContext,
  g: NodeBuilder,
  { tensors }: GraphMessage,
  given: Map<number, TfliteTensor>,
  index: number,
): TfliteTensor {
  const known = given.get(index);
  if (known !== undefined) return known;
  const message = tensors[index];
  if (message === undefined) return refuseMalformed(`refers to tensor ${index}, which there is not`);
  const { values, shape, isVariable } = message;
  const isEmpty = elementCount(shape) === 0;
  if (values === undefined && !isVariable && !isEmpty)
    return refuseMalformed(`reads "${message.name}", which no operation before it gives`);
  const tensor =
    isVariable && values === undefined
      ? initialState(g, message)
      : readConstant(g, file, message, values ?? { offset: 0, length: 0 });
  given.set(index, tensor);
  return tensor;
}

/** A state is zero when a request begins: no request sees what another one left. */
function initialState(g: NodeBuilder, message: TensorMessage): TfliteTensor {
  const { type, shape, quantization } = message;
  const dtype = dataTypeOf(type);
  if (dtype !== 'float32' && dtype !== 'int32') return refuse(`keeps a state of type ${type}`);
  const zero = codeRange(type) === undefined ? 0 : (quantization?.zeros[0] ?? 0);
  const count = elementCount(shape);
  const read = async () => {
    const numbers = dtype === 'float32' ? new Float32Array(count) : new Int32Array(count);
    return new Uint8Array(numbers.fill(zero).buffer);
  };
  const constant = g.constant(message.name || 'state', { dtype, shape, byteLength: count * 4, read });
  return typed(constant, type, quantization === undefined ? {} : { quantization });
}

/** What the file says of a tensor. */
export function describeTensor({ name, type, signature, quantization }: TensorMessage): TensorDescription {
  return {
    name,
    type,
    shape: signature.map((size) => (size < 0 ? null : size)),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

function describeAll({ tensors }: GraphMessage, indices: readonly number[]): TensorDescription[] {
  return indices.flatMap((index) => tensors[index] ?? []).map(describeTensor);
}

function convertOperator(
  context: ModelContext,
  g: NodeBuilder,
  graph: GraphMessage,
  operator: OperatorMessage,
  inputs: readonly (TfliteTensor | undefined)[],
  depth: number,
): readonly (TfliteTensor | undefined)[] {
  const { name, isCustom, version, options } = operator;
  const entry = operatorOf(name, isCustom) ?? refuse('is not known; docs/operations.md lists those that are');
  return callOperator(entry, {
    g,
    version,
    inputs,
    outputs: describeAll(graph, operator.outputs),
    intermediates: describeAll(graph, operator.intermediates),
    options,
    subgraph: (index) => readSubgraph(context, index, depth + 1),
    resources: context.resources,
  });
}

function readSubgraph(context: ModelContext, index: number, depth: number): Subgraph {
  const graph = context.model.graphs[index];
  if (graph === undefined) return refuseMalformed(`calls graph ${index}, which there is not`);
  return {
    inputs: describeAll(graph, graph.inputs),
    outputs: describeAll(graph, graph.outputs),
    convert(g, inputs) {
      if (inputs.length !== graph.inputs.length)
        refuseMalformed(`gives graph ${index} ${inputs.length} tensors, and it takes ${graph.inputs.length}`);
      const values = new Map(
        graph.inputs.flatMap((tensor, place) => {
          const value = inputs[place];
          return value === undefined ? [] : [[tensor, value] as const];
        }),
      );
      convertOperators(context, g, graph, values, depth);
      return graph.outputs.map((tensor) => tensorAt(context, g, graph, values, tensor));
    },
  };
}

/** Lets a refusal name the operation. */
function atOperator<T>(operator: OperatorMessage, graph: GraphMessage, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TfliteRefusal)) throw error;
    const { kind, message } = error.problem;
    if (/^(operation|the file) /.test(message)) throw error;
    throw new TfliteRefusal({ kind, message: `${describe(operator, graph)} ${message}` });
  }
}

function describe(
  { name, isCustom, version, outputs: [first] }: OperatorMessage,
  { tensors }: GraphMessage,
): string {
  const output = tensors[first ?? -1]?.name;
  const place = output === undefined ? '' : `, output "${output}"`;
  return `operation ${isCustom ? `custom ${name}` : name} (version ${version}${place})`;
}
