import * as v from 'valibot';
import { type ActivationFunction, elu, leakyRelu } from '../../builder/activations.ts';
import { isOwnClass, type KerasObject, readKerasObject, unwrap } from '../keras_object.ts';
import { activationNamed, type FunctionParameters, rectifier } from './activation_functions.ts';
import { operationName } from './operations/call/names.ts';

const NumberSchema = v.number();

/** Numbers among the members of a configuration. */
function parametersIn(config: Readonly<Record<string, unknown>>): FunctionParameters {
  const value = (names: readonly string[]): unknown =>
    names.map((name) => unwrap(config[name])).find((each) => (each ?? null) !== null);
  return {
    number: (names) => {
      const found = [value(names)].flat();
      return found.length === 1 && v.is(NumberSchema, found[0]) ? found[0] : undefined;
    },
    value,
  };
}

const NO_PARAMETERS = parametersIn({});

/** Functions of TensorFlow may be given too; those that are named here mean the same there. */
const IN_TENSORFLOW =
  /^(elu|gelu|leaky_relu|log_sigmoid|log_softmax|relu|relu6|selu|sigmoid|silu|softmax|softplus|softsign|swish|tanh)$/;

/** A function by what a configuration has for it, or a text that names what is not known. */
export function readActivationFunction(value: unknown, kerasMajor: number): ActivationFunction | string {
  const plain = unwrap(value);
  if (plain === null || plain === undefined) return (_, x) => x;
  if (typeof plain === 'string') return activationNamed(plain, NO_PARAMETERS, kerasMajor) ?? unknown(plain);
  const object = readKerasObject(plain);
  if (object === undefined) return unknown(JSON.stringify(plain).slice(0, 60));
  const { className, json, module = 'builtins' } = object;
  if (typeof json.config === 'string' && (className === 'function' || className === json.config)) {
    const isKnown =
      /^(builtins|keras\b)/.test(module) || (/^tensorflow\b/.test(module) && IN_TENSORFLOW.test(json.config));
    const named = isKnown ? activationNamed(json.config, NO_PARAMETERS, kerasMajor) : undefined;
    return named ?? unknown(json.config);
  }
  if (isOwnClass(object)) return unknown(className);
  return activationObject(object, kerasMajor) ?? unknown(className);
}

/** Layers and operations that may be given as activations, with what they are made with. */
function activationObject(
  { className, config }: KerasObject,
  kerasMajor: number,
): ActivationFunction | string | undefined {
  const parameters = parametersIn(config);
  const number = (names: readonly string[], otherwise: number) => parameters.number(names) ?? otherwise;
  switch (className) {
    case 'Activation':
      return readActivationFunction(config.activation, kerasMajor);
    case 'ELU':
      return elu(number(['alpha'], 1));
    case 'Identity':
      return (_, x) => x;
    case 'LeakyReLU':
      return leakyRelu(number(['negative_slope', 'alpha'], 0.3));
    case 'ReLU': {
      const most = number(['max_value'], Number.POSITIVE_INFINITY);
      return rectifier(most, number(['negative_slope'], 0), number(['threshold'], 0));
    }
    default:
      return activationNamed(operationName(className).name, parameters, kerasMajor);
  }
}

function unknown(name: string): string {
  return `activation ${name}, which is not known`;
}
