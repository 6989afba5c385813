import * as v from 'valibot';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import { type Activation, HARD_SIGMOID_FACTOR, readActivation } from './activations.ts';
import { isOwnClass, type KerasObject, unwrap } from './keras_object.ts';
import { ALIASES, IDENTITIES, IGNORED_EVERYWHERE, LAYER_RULES, type LayerRule } from './layer_rules.ts';
import type { Adjustment } from './weights/weight_source.ts';

/** The tfjs-layers configuration of a layer, whose name is added later. */
interface TfjsLayer {
  readonly className: string;
  readonly config: JsonObject;
}

/** The conversion of a Keras layer. */
export type LayerConversion =
  | {
      readonly kind: 'converted';
      /** The input of each layer is the output of the one before. */
      readonly chain: readonly TfjsLayer[];
      /** The index of the layer with the weights. */
      readonly weighted: number;
      readonly adjustment?: Adjustment;
    }
  /** All problems of the layer. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

const SAVED_MODEL_ADVICE = 'export the model as a SavedModel and publish that';

/** Converts a layer that is neither a model, nor an input, nor a wrapper. */
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
    return undefined;
  }
  return `layer ${given}, which tfjs does not compute as Keras does; ${SAVED_MODEL_ADVICE}`;
}

/** Returns the members without Keras's wrappers. */
function plainConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([member, value]) => [member, unwrap(value)]));
}

function convertKnown(className: string, config: JsonObject, kerasMajor: number): LayerConversion {
  switch (className) {
    case 'BatchNormalization':
      return fromRule(className, withAxis(config), kerasMajor);
    case 'Softmax':
      return fromRule(className, withAxis(config), kerasMajor);
    case 'LeakyReLU': {
      const { negative_slope: slope, ...rest } = config;
      return fromRule(className, { ...rest, alpha: config.alpha ?? slope }, kerasMajor);
    }
    case 'Masking': {
      const [value] = [config.mask_value].flat();
      return fromRule(className, { ...config, mask_value: value }, kerasMajor);
    }
    case 'ReLU':
      return convertReLU(config, kerasMajor);
    case 'GlobalAveragePooling1D':
    case 'GlobalMaxPooling1D':
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      return convertGlobalPooling(className, config, kerasMajor);
    case 'Normalization':
      return refused(
        'layer Normalization cannot be converted; let the client normalize, or use BatchNormalization',
      );
    default:
      return fromRule(className, config, kerasMajor);
  }
}

/** Unwraps the axis, which is a list in old files. */
function withAxis(config: JsonObject): JsonObject {
  const { axis } = config;
  return Array.isArray(axis) && axis.length === 1 ? { ...config, axis: axis[0] } : config;
}

/** Converts a ReLU. With a slope and nothing else, it becomes the layer LeakyReLU. */
function convertReLU(config: JsonObject, kerasMajor: number): LayerConversion {
  const { negative_slope: slope, max_value: most } = config;
  if (typeof slope === 'number' && slope !== 0 && (most ?? null) === null) {
    const { negative_slope: _, max_value: __, ...rest } = config;
    const threshold = rest.threshold ?? 0;
    if (threshold !== 0) return refused(`layer ReLU with threshold ${threshold}`);
    return { kind: 'converted', chain: [{ className: 'LeakyReLU', config: { alpha: slope } }], weighted: 0 };
  }
  return fromRule('ReLU', (most ?? null) === null ? { ...config, max_value: null } : config, kerasMajor);
}

/** Converts global pooling. tfjs always drops the pooled dimensions, so that `keepdims` adds them again with size 1. */
function convertGlobalPooling(className: string, config: JsonObject, kerasMajor: number): LayerConversion {
  const { keepdims, ...rest } = config;
  const converted = fromRule(className, rest, kerasMajor);
  if (converted.kind === 'refused' || keepdims !== true) return converted;
  // tfjs's Reshape would lose the number of channels. RepeatVector with one repetition keeps it.
  const once: TfjsLayer = { className: 'RepeatVector', config: { n: 1 } };
  const chain = [...converted.chain, once];
  if (!className.endsWith('1D')) {
    const each = { class_name: 'RepeatVector', config: { n: 1, name: 'once' } };
    chain.push({ className: 'TimeDistributed', config: { layer: each } });
    if (rest.data_format === 'channels_first') {
      chain.push({ className: 'Permute', config: { dims: [3, 1, 2] } });
    }
  }
  return { ...converted, chain };
}

/** Computes the open size of a Reshape if Keras states the input's shape, since tfjs would leave it open. */
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

function fromRule(className: string, config: JsonObject, kerasMajor: number): LayerConversion {
  const rule = LAYER_RULES[className];
  if (rule === undefined) throw new Error(`no rule for ${className}`);
  const reasons = memberProblems(className, rule, config);
  const converted: Record<string, unknown> = {};
  for (const member of rule.keeps ?? []) {
    if (config[member] !== undefined) converted[member] = config[member];
  }
  for (const member of rule.initializers ?? []) converted[member] = { class_name: 'Zeros', config: {} };
  if (rule.ignores?.includes('unit_forget_bias')) converted.unit_forget_bias = false;
  const after: TfjsLayer[] = [];
  const before: TfjsLayer[] = [];
  let adjustment: Adjustment | undefined;
  for (const [index, member] of (rule.activations ?? []).entries()) {
    // The defaults of recurrent layers are not linear and differ between versions.
    if (config[member] === undefined && /RNN|LSTM|GRU/.test(className)) {
      reasons.push(`layer ${className} without ${member}`);
    }
    const activation = readActivation(config[member], kerasMajor);
    converted[member] = activation.kind === 'named' ? activation.name : 'linear';
    if (activation.kind === 'named') continue;
    const placed = placeActivation(className, activation, member, index === 0, kerasMajor);
    if (typeof placed === 'string') reasons.push(placed);
    else {
      after.push(...(placed.after ?? []));
      before.push(...(placed.before ?? []));
      if (placed.adjustment !== undefined) {
        adjustment = merged(adjustment, placed.adjustment);
        converted[member] = 'hard_sigmoid';
      }
      if (placed.before !== undefined) converted[member] = 'hard_sigmoid';
    }
  }
  if (reasons.length > 0) return { kind: 'refused', reasons };
  return {
    kind: 'converted',
    chain: [...before, { className, config: converted }, ...after],
    weighted: before.length,
    ...(adjustment === undefined ? {} : { adjustment }),
  };
}

interface PlacedActivation {
  readonly before?: readonly TfjsLayer[];
  readonly after?: readonly TfjsLayer[];
  readonly adjustment?: Adjustment;
}

/** The parts of the last dimension of a recurrent layer's weights: true for a gate. */
const GATES: Readonly<Record<string, readonly boolean[]>> = {
  ConvLSTM2D: [true, true, false, true],
  GRU: [true, true, false],
  GRUCell: [true, true, false],
  LSTM: [true, true, false, true],
  LSTMCell: [true, true, false, true],
};
const RECURRENT_WEIGHTS = ['kernel', 'recurrent_kernel', 'bias'];
const OUTPUT_WEIGHTS: Readonly<Record<string, readonly string[]>> = {
  DepthwiseConv2D: ['depthwise_kernel', 'bias'],
  SeparableConv2D: ['pointwise_kernel', 'bias'],
  SimpleRNN: RECURRENT_WEIGHTS,
  SimpleRNNCell: RECURRENT_WEIGHTS,
};

/** Converts an activation without a name in tfjs, or returns why that is not possible. */
function placeActivation(
  className: string,
  activation: Exclude<Activation, { kind: 'named' }>,
  member: string,
  isOwn: boolean,
  kerasMajor: number,
): PlacedActivation | string {
  const gates = GATES[className];
  const isRecurrent = gates !== undefined || className.startsWith('SimpleRNN');
  switch (activation.kind) {
    case 'unknown':
      return `activation ${activation.name}, which tfjs does not have`;
    case 'layer': {
      if (isRecurrent || !isOwn) return `activation ${activation.className} inside of ${className}`;
      const layer = convertKnown(activation.className, plainConfig(activation.config), kerasMajor);
      if (layer.kind === 'refused') return layer.reasons.join('; ');
      return activation.className === 'PReLU'
        ? 'activation PReLU, which has weights of its own'
        : { after: layer.chain };
    }
    case 'scaled hard sigmoid': {
      const scaled = (weights: readonly string[], factors: readonly number[]) => ({
        adjustment: { weights, factors },
      });
      if (gates === undefined) {
        if (className === 'Activation') {
          const config = { scale: HARD_SIGMOID_FACTOR, offset: 0 };
          return { before: [{ className: 'Rescaling', config }] };
        }
        return scaled(OUTPUT_WEIGHTS[className] ?? ['kernel', 'bias'], [HARD_SIGMOID_FACTOR]);
      }
      if (member === 'recurrent_activation') {
        return scaled(
          RECURRENT_WEIGHTS,
          gates.map((isGate) => (isGate ? HARD_SIGMOID_FACTOR : 1)),
        );
      }
      // A GRU applies it only to the results of its weights, but an LSTM also to its state.
      return className.startsWith('GRU')
        ? scaled(
            RECURRENT_WEIGHTS,
            gates.map((isGate) => (isGate ? 1 : HARD_SIGMOID_FACTOR)),
          )
        : `activation hard_sigmoid of Keras 3 inside of ${className}`;
    }
  }
}

function merged(one: Adjustment | undefined, other: Adjustment): Adjustment {
  if (one === undefined) return other;
  return {
    weights: one.weights,
    factors: one.factors.map((factor, index) => factor * (other.factors[index] ?? 1)),
  };
}

/** Returns the members that tfjs would ignore although they change the result. */
function memberProblems(className: string, rule: LayerRule, config: JsonObject): string[] {
  const known = new Set([
    ...(rule.keeps ?? []),
    ...(rule.ignores ?? []),
    ...(rule.initializers ?? []),
    ...(rule.activations ?? []),
  ]);
  const reasons: string[] = [];
  for (const [member, value] of Object.entries(config)) {
    if (known.has(member) || IGNORED_EVERYWHERE.has(member)) continue;
    if (/_(initializer|regularizer|constraint)$/.test(member)) continue;
    const neutral = rule.neutral?.[member] ?? [null, false];
    if (neutral.some((one) => JSON.stringify(one) === JSON.stringify(value))) continue;
    reasons.push(`layer ${className} with ${member} ${JSON.stringify(value)}${adviceFor(className, member)}`);
  }
  if (config.padding === 'causal') reasons.push(`layer ${className} with padding "causal"`);
  return reasons;
}

function adviceFor(className: string, member: string): string {
  if (className.startsWith('GRU') && member === 'reset_after') {
    return `, which tfjs does not have; train with reset_after=False, or ${SAVED_MODEL_ADVICE}`;
  }
  return member === 'stateful' ? ', which would carry state from one request into the next' : '';
}

function identity(): TfjsLayer {
  return { className: 'Activation', config: { activation: 'linear' } };
}

function refused(reason: string): LayerConversion {
  return { kind: 'refused', reasons: [reason] };
}

/** Returns tfjs's dtype of an input. */
export function inputDataType(dtype: unknown): string {
  const plain = unwrap(dtype);
  const name = isJsonObject(plain) ? plain.name : plain;
  if (typeof name !== 'string') return 'float32';
  if (/^u?int\d+$/.test(name)) return 'int32';
  return name === 'bool' || name === 'string' ? name : 'float32';
}
