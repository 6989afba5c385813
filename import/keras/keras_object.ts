import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';

/** A layer, or a model, as Keras serializes it. */
export interface KerasObject {
  readonly className: string;
  readonly config: JsonObject;
  /** Of Keras's own layers `keras.layers` and such; undefined where the format did not have it. */
  readonly module: string | undefined;
  /** Set where the class is somebody's own. */
  readonly registeredName: string | undefined;
  /** The whole of it: `inbound_nodes`, `name` and `build_config` stand beside the configuration. */
  readonly json: JsonObject;
}

/** Undefined where the value is no serialized object. */
export function readKerasObject(value: unknown): KerasObject | undefined {
  if (!isJsonObject(value) || typeof value.class_name !== 'string') return undefined;
  const { config } = value;
  return {
    className: value.class_name,
    // Keras 2.1 wrote the layers of a Sequential in place of a configuration.
    config: isJsonObject(config) ? config : Array.isArray(config) ? { layers: config } : {},
    module: typeof value.module === 'string' ? value.module : undefined,
    registeredName: typeof value.registered_name === 'string' ? value.registered_name : undefined,
    json: value,
  };
}

/** Keras's own modules: a class of the same name from another is somebody's own. */
const KERAS_MODULE = /^(builtins$|keras(\.|$)|tf_keras(\.|$)|tensorflow\.keras(\.|$))/;

/** Whether a class is somebody's own, which is Python code, even if its name is that of one of Keras's. */
export function isOwnClass({ module, registeredName }: KerasObject): boolean {
  return (registeredName?.includes('>') ?? false) || (module !== undefined && !KERAS_MODULE.test(module));
}

/** The layer's name: beside the configuration in Functional models, in it elsewhere. */
export function layerName({ json, config }: KerasObject): string | undefined {
  if (typeof json.name === 'string') return json.name;
  return typeof config.name === 'string' ? config.name : undefined;
}

export function isModelClass(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/**
 * Takes Keras's wrappers off plain values: tuples, tensors and arrays of numbers, and data type policies become
 * what they stand for. Keras tensors and other objects stay as they are.
 */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isJsonObject(value)) return value;
  const { class_name: className, config, items } = value;
  switch (className) {
    case '__tuple__':
    case 'TensorShape':
      return Array.isArray(items) ? items.map(unwrap) : items;
    case '__tensor__':
    case '__numpy__':
      return isJsonObject(config) ? config.value : value;
    case 'DTypePolicy':
    case 'Policy':
    case 'PolicyV1':
      return isJsonObject(config) ? config.name : value;
    default:
      return value;
  }
}
