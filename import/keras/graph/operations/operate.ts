import type { JsonObject } from '../../../../worker/model/json_object.ts';
import { SAVED_MODEL_ADVICE } from '../../keras_errors.ts';
import { type KerasObject, unwrap } from '../../keras_object.ts';
import { operationName } from './call/names.ts';
import { type Operated, OperationCall, type OperationContext } from './call/operation_call.ts';
import { knownOperation } from './known_operations.ts';
import { tensorFlowOperation } from './tensorflow_operation.ts';

/** Whether it is an operation between layers: of Keras 3, or one of the layers that Keras 2 makes of TensorFlow's. */
export function isOperation({ className, module }: KerasObject): boolean {
  return (
    /^(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)$/.test(className) ||
    (module !== undefined && /^keras\.(src\.)?(ops|activations)\b/.test(module))
  );
}

interface Operation extends OperationContext {
  readonly layer: KerasObject;
  readonly args: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
}

/** What an operation makes of its arguments, or a text that says why that is not known. */
export function operate({ layer, args, named, ...context }: Operation): Operated {
  const { className, config } = layer;
  if (className === 'TensorFlowOpLayer') return tensorFlowOperation(context, config, args);
  const isFunction = className === 'TFOpLambda' || className === 'SlicingOpLambda';
  const written = isFunction ? String(config.function ?? config.name) : className;
  const call = new OperationCall(context, !isFunction, args, {
    ...(isFunction ? {} : plain(config)),
    ...named,
  });
  return (
    knownOperation(operationName(written), call) ??
    `operation ${written} between layers, which is not known in this form; ${SAVED_MODEL_ADVICE}`
  );
}

/** What Keras 3's operations are made with. */
function plain({ name: _, dtype, ...config }: JsonObject): JsonObject {
  const members = Object.entries(config).map(([member, value]) => [member, unwrap(value)]);
  return { ...Object.fromEntries(members), ...(typeof dtype === 'string' ? { dtype } : {}) };
}
