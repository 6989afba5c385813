import type { JsonObject } from '../../../worker/model/json_object.ts';
import { SAVED_MODEL_ADVICE } from '../keras_errors.ts';
import { IGNORED_EVERYWHERE } from '../keras_layers.ts';
import { unwrap } from '../keras_object.ts';
import type { Adjustment } from '../weights/weight_source.ts';
import { readActivation } from './activations.ts';
import { LAYER_RULES, type LayerRule } from './layer_rules.ts';
import { mergedAdjustments, placeActivation } from './place_activation.ts';
import type { LayerConversion, TfjsLayer } from './tfjs_layer.ts';

/** Members as they are, without Keras's wrappers and without what is null. */
export function plainConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).map(([member, value]) => [member, unwrap(value)]));
}

/** Converts a layer by its class and its plain configuration. */
export function convertKnown(className: string, config: JsonObject, kerasMajor: number): LayerConversion {
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

/** Old files have the axis in a list. */
function withAxis(config: JsonObject): JsonObject {
  const { axis } = config;
  return Array.isArray(axis) && axis.length === 1 ? { ...config, axis: axis[0] } : config;
}

/** A slope makes it the layer of that name, if nothing else is asked for. */
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

/** tfjs always drops the dimensions; they come back with size one. */
function convertGlobalPooling(className: string, config: JsonObject, kerasMajor: number): LayerConversion {
  const { keepdims, ...rest } = config;
  const converted = fromRule(className, rest, kerasMajor);
  if (converted.kind === 'refused' || keepdims !== true) return converted;
  // tfjs's Reshape would forget how many channels there are, and repeating once does not.
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
    // Defaults of recurrent layers are not linear, and changed between versions.
    if (config[member] === undefined && /RNN|LSTM|GRU/.test(className)) {
      reasons.push(`layer ${className} without ${member}`);
    }
    const activation = readActivation(config[member], kerasMajor);
    converted[member] = activation.kind === 'named' ? activation.name : 'linear';
    if (activation.kind === 'named') continue;
    const placed = placeActivation(className, activation, member, index === 0, (inner, own) =>
      convertKnown(inner, plainConfig(own), kerasMajor),
    );
    if (typeof placed === 'string') reasons.push(placed);
    else {
      after.push(...(placed.after ?? []));
      before.push(...(placed.before ?? []));
      if (placed.adjustment !== undefined) {
        adjustment = mergedAdjustments(adjustment, placed.adjustment);
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

/** Members that tfjs would pass over although they change what is computed. */
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

function refused(reason: string): LayerConversion {
  return { kind: 'refused', reasons: [reason] };
}
