import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { isOwnClass, readKerasObject, unwrap } from './keras_object.ts';

/** What stands for an activation of Keras in tfjs-layers. */
export type Activation =
  /** tfjs has it. */
  | { readonly kind: 'named'; readonly name: string }
  /** A layer after the one that has the activation. */
  | { readonly kind: 'layer'; readonly className: string; readonly config: JsonObject }
  /** tfjs's hard sigmoid of the value times a factor. */
  | { readonly kind: 'scaled hard sigmoid' }
  | { readonly kind: 'unknown'; readonly name: string };

/**
 * Keras 3's hard sigmoid is clip(x / 6 + 0.5), tfjs's, as Keras 2's, clip(x / 5 + 0.5): the same of x times this.
 */
export const HARD_SIGMOID_FACTOR = 5 / 6;

/** By Keras's names, tfjs's. */
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

/** Keras 3's default for the function; the layer's is another. */
const LEAKY_RELU_SLOPE = 0.2;

/** Layers that may be given as activations, and that tfjs has as layers only. */
const LAYERS: ReadonlySet<string> = new Set(['ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax']);

/** @param kerasMajor 2 or 3: the two have different functions under the same names */
export function readActivation(value: unknown, kerasMajor: number): Activation {
  if (value === null || value === undefined) return { kind: 'named', name: 'linear' };
  if (typeof value === 'string') return named(value, kerasMajor);
  const object = readKerasObject(unwrap(value));
  if (object === undefined) return { kind: 'unknown', name: JSON.stringify(value).slice(0, 60) };
  const { className, json } = object;
  if (className === 'function' && typeof json.config === 'string') {
    // A function of somebody's own has its name registered under a package, or comes from another module.
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
