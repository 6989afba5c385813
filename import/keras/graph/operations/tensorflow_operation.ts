import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../../../worker/model/json_object.ts';
import { isSymbolicTensor, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { NodeSchema } from '../../../graph/node_json.ts';
import { SAVED_MODEL_ADVICE } from '../../keras_errors.ts';
import { operationName } from './call/names.ts';
import { type Operated, OperationCall, type OperationContext } from './call/operation_call.ts';
import { knownOperation } from './known_operations.ts';

/** The node of a graph in a TensorFlowOpLayer of TensorFlow 2.0 to 2.3, with constants by the numbers of its inputs. */
export function tensorFlowOperation(
  context: OperationContext,
  config: JsonObject,
  args: readonly unknown[],
): Operated {
  const parsed = v.safeParse(NodeSchema, nodeOf(config.node_def));
  if (!parsed.success) return `operation between layers, whose node is not understood; ${SAVED_MODEL_ADVICE}`;
  const { op, input, attr } = parsed.output;
  const constants = isJsonObject(config.constants) ? config.constants : {};
  const tensors = args.flat().filter(isSymbolicTensor);
  const inputs: unknown[] = input.map((_, index) => constants[String(index)] ?? tensors.shift());
  const named = byKeras(op, inputs, attr.keep_dims?.b ?? false);
  const call = new OperationCall(context, false, named.inputs, named.options);
  return (
    knownOperation({ ...operationName(named.op), isReversed: false }, call) ??
    `operation ${op} between layers, which is not known in this form; ${SAVED_MODEL_ADVICE}`
  );
}

function nodeOf(node: unknown): unknown {
  if (typeof node !== 'string') return node;
  try {
    return JSON.parse(node);
  } catch {
    return undefined;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  AddV2: 'Add',
  ConcatV2: 'Concatenate',
  Mul: 'Multiply',
  Neg: 'Negative',
  Pack: 'Stack',
  RealDiv: 'Divide',
  Sub: 'Subtract',
};

/** TensorFlow's operations have for inputs what Keras's are made with. */
function byKeras(op: string, inputs: readonly unknown[], keep: boolean) {
  const options: Record<string, unknown> = { keepdims: keep };
  const name = NAMES[op] ?? op;
  if (name !== 'Concatenate') return { op: name, inputs, options };
  const tensors: SymbolicTensor[] = inputs.filter(isSymbolicTensor);
  return { op: name, inputs: [tensors], options: { ...options, axis: inputs.at(-1) } };
}
