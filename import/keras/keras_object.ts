import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';

/** A layer or a model as Keras serializes it. */
export interface KerasObject {
  readonly className: string;
  readonly config: JsonObject;
  /** The module, such as `keras.layers` for Keras's own layers. Undefined if the format does not have it. */
  readonly module: string | undefined;
  /** Set if the class is a custom one. */
  readonly registeredName: string | undefined;
  /** The whole object. `inbound_nodes`, `name` and `build_config` are next to the configuration. */
  readonly json: JsonObject;
}

/** Reads a serialized object. Returns undefined for any other value. */
export function readKerasObject(value: unknown): KerasObject | undefined {
  if (!isJsonObject(value) || typeof value.class_name !== 'string') return undefined;
  const { config } = value;
  return {
    className: value.class_name,
    // Keras 2.1 wrote the list of layers of a Sequential instead of a configuration.
    config: isJsonObject(config) ? config : Array.isArray(config) ? { layers: config } : {},
    module: typeof value.module === 'string' ? value.module : undefined,
    registeredName: typeof value.registered_name === 'string' ? value.registered_name : undefined,
    json: value,
  };
}

/** Keras's own modules. A class of the same name from another module is a custom one. */
const KERAS_MODULE = /^(builtins$|keras(\.|$)|tf_keras(\.|$)|tensorflow\.keras(\.|$))/;

/** True for a custom class, which is Python code, even if it has the name of one of Keras's classes. */
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
 * Removes Keras's wrappers of plain values: tuples, tensors and arrays of numbers, and dtype policies become their
 * values. Keras tensors and other objects are not changed.
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
