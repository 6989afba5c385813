import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import { SAVED_MODEL_ADVICE } from '../keras_errors.ts';
import { ALIASES, IDENTITIES } from '../keras_layers.ts';
import { isOwnClass, type KerasObject, unwrap } from '../keras_object.ts';
import { isQuantized } from '../quantized_layer.ts';
import { convertKnown, plainConfig } from './convert_known.ts';
import { LAYER_RULES } from './layer_rules.ts';
import type { LayerConversion, TfjsLayer } from './tfjs_layer.ts';

/** Converts one layer that is neither a model, nor an input, nor a wrapper of other layers. */
export function convertLayer(layer: KerasObject, kerasMajor: number): LayerConversion {
  const className = ALIASES[layer.className] ?? layer.className;
  const unknown = unknownReason(layer, className);
  if (unknown !== undefined) return { kind: 'refused', reasons: [unknown] };
  if (IDENTITIES.has(className)) {
    return { kind: 'converted', chain: [identity()], weighted: 0 };
  }
  const config = plainConfig(layer.config);
  const known = className === 'Reshape' ? withTargetShape(config, layer.json) : config;
  return convertKnown(className, known, kerasMajor);
}

function unknownReason(layer: KerasObject, className: string) {
  const { className: given, module } = layer;
  if (given === 'Lambda') return `Lambda layers are Python code; ${SAVED_MODEL_ADVICE}`;
  if (isOwnClass(layer)) return `custom layer ${given}, which is Python code; ${SAVED_MODEL_ADVICE}`;
  if (/^(TFOpLambda|SlicingOpLambda)$/.test(given) || module?.startsWith('keras.src.ops')) {
    return `operation ${given} outside of a layer; ${SAVED_MODEL_ADVICE}`;
  }
  if (Object.hasOwn(LAYER_RULES, className) || IDENTITIES.has(className) || className === 'Normalization') {
    return isQuantized(layer) ? `layer ${given} of weights that Keras quantized` : undefined;
  }
  return `layer ${given}, which tfjs does not compute as Keras does; ${SAVED_MODEL_ADVICE}`;
}

/** Works out the size that is left open, where Keras says what the layer takes: tfjs would leave it open. */
function withTargetShape(config: JsonObject, { build_config: built }: JsonObject): JsonObject {
  const target = config.target_shape;
  const taken = isJsonObject(built) ? unwrap(built.input_shape) : undefined;
  if (!Array.isArray(target) || !Array.isArray(taken)) return config;
  const sizes = v.safeParse(v.array(v.number()), taken.slice(1));
  const wanted = v.safeParse(v.array(v.number()), target);
  if (!sizes.success || !wanted.success) return config;
  const left = elementCount(sizes.output) / elementCount(wanted.output.filter((size) => size !== -1));
  return { ...config, target_shape: wanted.output.map((size) => (size === -1 ? left : size)) };
}

function identity(): TfjsLayer {
  return { className: 'Activation', config: { activation: 'linear' } };
}

/** The type of an input in tfjs's words: what it computes with in place of Keras's. */
export function inputDataType(dtype: unknown): string {
  const plain = unwrap(dtype);
  const name = isJsonObject(plain) ? plain.name : plain;
  if (typeof name !== 'string') return 'float32';
  if (/^u?int\d+$/.test(name)) return 'int32';
  return name === 'bool' || name === 'string' ? name : 'float32';
}
