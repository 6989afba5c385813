import type { JsonObject } from '../../../../worker/model/json_object.ts';
import { SAVED_MODEL_ADVICE } from '../../keras_errors.ts';
import { type KerasObject, unwrap } from '../../keras_object.ts';
import type { NodeBuilder } from '../nodes/node_builder.ts';
import { binaryOperation, unaryOperation } from './elementwise_operations.ts';
import { operationName } from './names.ts';
import { type Operated, OperationCall } from './operation_call.ts';
import { shapeOperation } from './shape_operations.ts';
import { tensorFlowOperation } from './tensorflow_operation.ts';

/** Whether it is an operation between layers: of Keras 3, or one of the layers that Keras 2 makes of TensorFlow's. */
export function isOperation({ className, module }: KerasObject): boolean {
  return (
    /^(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)$/.test(className) ||
    (module !== undefined && /^keras\.(src\.)?(ops|activations)\b/.test(module))
  );
}

interface Operation {
  readonly g: NodeBuilder;
  readonly layer: KerasObject;
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

/** What an operation makes of its arguments, or a text that says why that is not known. */
export function operate({ g, layer, args, named }: Operation): Operated {
  const { className, config } = layer;
  if (className === 'TensorFlowOpLayer') return tensorFlowOperation(g, config, args);
  const isFunction = className === 'TFOpLambda' || className === 'SlicingOpLambda';
  const written = isFunction ? String(config.function ?? config.name) : className;
  const { name, isReversed } = operationName(written);
  const call = new OperationCall(g, args, { ...(isFunction ? {} : plain(config)), ...named });
  return (
    shapeOperation(name, call) ??
    binaryOperation(name, isReversed, call) ??
    unaryOperation(name, call) ??
    `operation ${written} between layers, which is not known in this form; ${SAVED_MODEL_ADVICE}`
  );
}

/** What Keras 3's operations are made with. */
function plain({ name: _, dtype, ...config }: JsonObject): JsonObject {
  const members = Object.entries(config).map(([member, value]) => [member, unwrap(value)]);
  return { ...Object.fromEntries(members), ...(typeof dtype === 'string' ? { dtype } : {}) };
}
