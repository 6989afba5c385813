import * as v from 'valibot';
import { type KerasObject, readKerasObject } from './keras_object.ts';

/** How a layer computes with weights that Keras quantized to integers of 8 bits. */
export interface Int8Layer {
  /** Keras adds it to the largest value, by which what the layer takes is divided; undefined where that is not rounded. */
  readonly inputEpsilon: number | undefined;
}

const POLICY = /^(\w+)_from_/;

/** To what Keras quantized the weights of a layer; undefined where they are as they were trained. */
function quantizationMode({ config: { dtype, quantization_config: how } }: KerasObject): string | undefined {
  const policy = readKerasObject(dtype);
  const { mode, name } = policy?.config ?? {};
  if (policy !== undefined && /^Quantized/.test(policy.className) && typeof mode === 'string') return mode;
  const [, named] = POLICY.exec(String(name ?? dtype)) ?? [];
  if (named !== undefined) return named;
  const isQuantized = (policy !== undefined && /^Quantized/.test(policy.className)) || (how ?? null) !== null;
  return isQuantized ? (/^Int8/.test(readKerasObject(how)?.className ?? '') ? 'int8' : 'unknown') : undefined;
}

/** Keras's own rounding of inputs. */
const InputsSchema = v.object({
  value_range: v.optional(v.unknown()),
  epsilon: v.optional(v.number(), 1e-7),
});

/** Undefined where the weights are as they were trained, or the layer is none that is converted. */
export function int8Layer(layer: KerasObject): Int8Layer | undefined {
  if (!/^(Dense|Embedding)$/.test(layer.className) || quantizationMode(layer) !== 'int8') return undefined;
  const how = readKerasObject(layer.config.quantization_config);
  if (how === undefined) return { inputEpsilon: 1e-7 };
  const given = how.config.activation_quantizer ?? null;
  if (given === null) return { inputEpsilon: undefined };
  const quantizer = readKerasObject(given);
  const config = v.safeParse(InputsSchema, quantizer?.config ?? {});
  const isRange = JSON.stringify(quantizer?.config.value_range ?? [-127, 127]).includes('-127,127');
  const isKnown = quantizer === undefined ? given === 'default' : quantizer.className === 'AbsMaxQuantizer';
  return isKnown && isRange && config.success ? { inputEpsilon: config.output.epsilon } : undefined;
}

/** Why a layer whose weights Keras quantized cannot be converted; undefined where it can. */
export function quantizedReason(layer: KerasObject): string | undefined {
  return quantizationMode(layer) === undefined || int8Layer(layer) !== undefined
    ? undefined
    : `layer ${layer.className} of weights that Keras quantized; save the model before it is quantized, and publish it with --quantize uint8`;
}

/** Whether Keras quantized the weights of a layer, so that it computes otherwise. */
export function isQuantized(layer: KerasObject): boolean {
  return quantizationMode(layer) !== undefined;
}
