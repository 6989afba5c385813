import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';
import { isOwnClass, readKerasObject, unwrap } from '../keras_object.ts';

/** The equivalent of a Keras activation in tfjs-layers. */
export type Activation =
  /** tfjs has it. */
  | { readonly kind: 'named'; readonly name: string }
  /** A separate layer after the one with the activation. */
  | { readonly kind: 'layer'; readonly className: string; readonly config: JsonObject }
  /** tfjs's hard sigmoid, applied to the value times a factor. */
  | { readonly kind: 'scaled hard sigmoid' }
  | { readonly kind: 'unknown'; readonly name: string };

/**
 * Keras 3's hard sigmoid is clip(x / 6 + 0.5). That of tfjs and Keras 2 is clip(x / 5 + 0.5), which is equal for x
 * times this factor.
 */
export const HARD_SIGMOID_FACTOR = 5 / 6;

/** tfjs's names of activations by Keras's names. */
const NAMES: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  linear: 'linear',
  log_softmax: 'log_softmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  tanh: 'tanh',
};

/** Keras 3's default slope of the function, which differs from the layer's. */
const LEAKY_RELU_SLOPE = 0.2;

/** Layers that Keras accepts as activations but that tfjs has only as layers. */
const LAYERS: ReadonlySet<string> = new Set(['ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax']);

/**
 * Reads the activation of a layer.
 *
 * @param kerasMajor 2 or 3, which have different functions under the same names
 */
export function readActivation(value: unknown, kerasMajor: number): Activation {
  if (value === null || value === undefined) return { kind: 'named', name: 'linear' };
  if (typeof value === 'string') return named(value, kerasMajor);
  const object = readKerasObject(unwrap(value));
  if (object === undefined) return { kind: 'unknown', name: JSON.stringify(value).slice(0, 60) };
  const { className, json } = object;
  if (className === 'function' && typeof json.config === 'string') {
    // A custom function is registered under a package, or comes from another module.
    const isOwn = object.module !== undefined && !/^(builtins|keras\b)/.test(object.module);
    return isOwn ? { kind: 'unknown', name: json.config } : named(json.config, kerasMajor);
  }
  if (LAYERS.has(className) && isJsonObject(json.config)) {
    return { kind: 'layer', className, config: json.config };
  }
  if (isOwnClass(object)) return { kind: 'unknown', name: className };
  // Keras 2 wrote some functions as classes of their own.
  return named(className.toLowerCase(), kerasMajor);
}

function named(name: string, kerasMajor: number): Activation {
  if (name === 'hard_sigmoid') {
    return kerasMajor >= 3 ? { kind: 'scaled hard sigmoid' } : { kind: 'named', name };
  }
  if (name === 'leaky_relu' && kerasMajor >= 3) {
    return { kind: 'layer', className: 'LeakyReLU', config: { negative_slope: LEAKY_RELU_SLOPE } };
  }
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  return known === undefined ? { kind: 'unknown', name } : { kind: 'named', name: known };
}
