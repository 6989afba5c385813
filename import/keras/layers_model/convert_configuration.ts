import { keysOfOutputs, readSources } from '../inbound_nodes.ts';
import { Problems, SAVED_MODEL_ADVICE } from '../keras_errors.ts';
import { isModelClass, type KerasObject, layerName, readKerasObject } from '../keras_object.ts';
import type { ConversionContext, ConvertedConfiguration } from './conversion.ts';
import { type ConvertedMember, convertMember, uniqueName } from './convert_member.ts';
import { carriedMasks } from './masks/carried_masks.ts';
import { implicitMasks } from './masks/implicit_masks.ts';
import { functionalConfig, sequentialLayers } from './model_config.ts';

/** Deeper than anybody nests models, and not too deep for the stack. */
const DEEPEST = 32;

/**
 * Converts the configuration of a Sequential or Functional model to what tfjs-layers reads.
 *
 * @returns a text that names all layers that stand in the way
 */
export function convertConfiguration(
  configuration: unknown,
  kerasMajor: number,
): ConvertedConfiguration | string {
  const model = readKerasObject(configuration);
  if (model === undefined) return 'the configuration is not that of a model';
  if (!isModelClass(model.className) || !Array.isArray(model.config.layers)) {
    return `the model is a ${model.className}, a class of its own, which is Python code; ${SAVED_MODEL_ADVICE}`;
  }
  if (keysOfOutputs(model.config.output_layers) !== undefined) return 'outputs with names of their own';
  const context: ConversionContext = {
    kerasMajor,
    problems: new Problems(),
    names: new Set<string>(),
    convertModel: (inner, place) => convertModel(inner, context, place),
  };
  const converted = convertModel(model, context, []);
  return context.problems.describe() ?? converted ?? 'the configuration cannot be understood';
}

function convertModel(
  model: KerasObject,
  context: ConversionContext,
  place: readonly string[],
): ConvertedConfiguration | undefined {
  const { problems } = context;
  if (place.length > DEEPEST) {
    problems.add('models nested too deeply', place.slice(0, 1));
    return undefined;
  }
  const layers = Array.isArray(model.config.layers) ? model.config.layers : [];
  if (!isModelClass(model.className) || layers.length === 0) {
    problems.add(`model ${model.className} without layers`, place);
    return undefined;
  }
  const isSequential = model.className === 'Sequential';
  // Names of this model first, so that those of nested ones give way.
  const names = layers.map((layer: unknown) => nameOf(layer));
  const unique = new Map(names.map((name) => [name, uniqueName(name, context.names, place)]));
  const members: ConvertedMember[] = [];
  const objects = layers.map(readKerasObject);
  const masks = implicitMasks(objects.filter((object) => object !== undefined));
  for (const [index, object] of objects.entries()) {
    const kerasName = names[index] ?? '';
    if (masks.has(kerasName)) continue;
    if (object === undefined || kerasName === '') problems.add('no layer', [`number ${index}`, ...place]);
    else {
      const member = convertMember(object, kerasName, unique.get(kerasName) ?? kerasName, context, [
        kerasName,
        ...place,
      ]);
      if (member === undefined) continue;
      members.push(member);
      if (member.calls.some((call) => call.masks.some(([layer]) => !masks.has(layer)))) {
        problems.add('a mask of its own, which tfjs would not look at', [kerasName, ...place]);
      }
    }
  }
  const name = typeof model.config.name === 'string' ? model.config.name : 'model';
  const sources = members.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const config = isSequential
    ? { name, layers: sequentialLayers(model, members) }
    : functionalConfig(name, model.config, members, context, place);
  if (config === undefined) return undefined;
  return {
    model: { class_name: isSequential ? 'Sequential' : 'Model', config },
    sources,
    masksOutput: checkMasks(model, isSequential, members, problems, place),
  };
}

/** Reports the layers that would compute without their masks; tells whether the model's output may have one. */
function checkMasks(
  { config }: KerasObject,
  isSequential: boolean,
  members: readonly ConvertedMember[],
  problems: Problems,
  place: readonly string[],
): boolean {
  const layers = members.map(({ kerasName, object, chain, calls, masksOutput }, index) => {
    const before = members[index - 1]?.kerasName;
    const called = calls.flatMap(({ inputs }) => inputs.map(([layer]) => layer));
    return {
      name: kerasName,
      object,
      classes: chain.map(({ json }) => String(json.class_name)),
      inputs: isSequential && before !== undefined ? [before] : called,
      masksOutput,
    };
  });
  const masks = carriedMasks(layers);
  for (const { layer, reason } of masks.problems) problems.add(reason, [layer, ...place]);
  const outputs = isSequential
    ? members.slice(-1).map(({ kerasName }) => kerasName)
    : (readSources(config.output_layers) ?? []).map(([layer]) => layer);
  return outputs.some((layer) => masks.masked.has(layer));
}

function nameOf(layer: unknown): string {
  const object = readKerasObject(layer);
  return object === undefined ? '' : (layerName(object) ?? '');
}
