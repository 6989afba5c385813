import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { isMemberName } from '../../worker/model/names.ts';
import type { ConversionContext, ConvertedConfiguration, MemberConversion } from './conversion.ts';
import { convertInput } from './convert_input.ts';
import { convertLayer } from './convert_layer.ts';
import { convertWrapper, isWrapperClass } from './convert_wrapper.ts';
import { type LayerCall, readInboundNodes, readSources, type TensorSource } from './inbound_nodes.ts';
import { Problems } from './keras_errors.ts';
import { isModelClass, type KerasObject, layerName, readKerasObject, unwrap } from './keras_object.ts';
import { carriedMasks } from './masks/carried_masks.ts';
import { implicitMasks } from './masks/implicit_masks.ts';
import type { WeightSource } from './weights/weight_source.ts';

/** The deepest nesting of models: deeper than real ones, and not too deep for the stack. */
const DEEPEST = 32;

/** A converted layer of a model. */
interface ConvertedMember {
  readonly kerasName: string;
  /** Consecutive layers. The last one has the name by which other layers refer to it. */
  readonly chain: readonly { readonly name: string; readonly json: JsonObject }[];
  readonly calls: readonly LayerCall[];
  readonly source: WeightSource | undefined;
  /** True for a model, whose first call tfjs counts as its second. */
  readonly isModel: boolean;
  /** True for a model whose output may have a mask. */
  readonly masksOutput: boolean;
  readonly object: KerasObject;
}

/**
 * Converts the configuration of a Sequential or Functional model to that of tfjs-layers.
 *
 * @returns the configuration, or a sentence that names all layers that prevent the conversion
 */
export function convertConfiguration(
  configuration: unknown,
  kerasMajor: number,
): ConvertedConfiguration | string {
  const model = readKerasObject(configuration);
  if (model === undefined) return 'the configuration is not that of a model';
  if (!isModelClass(model.className) || !Array.isArray(model.config.layers)) {
    return `the model is a ${model.className}, a class of its own, which is Python code; export the model as a SavedModel and publish that`;
  }
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
  // This model's names take precedence over those of nested models.
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

/** Reports the layers that would compute without their masks. Returns true if the model's output may have a mask. */
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

/** Returns a name that no other layer has, since tfjs finds weights by the names of layers across all models. */
function uniqueName(name: string, taken: Set<string>, place: readonly string[]): string {
  let unique = name;
  for (let count = 1; taken.has(unique); count++) {
    unique = `${place[0] ?? 'model'}_${name}${count === 1 ? '' : `_${count}`}`;
  }
  taken.add(unique);
  return unique;
}

function convertMember(
  layer: KerasObject,
  kerasName: string,
  name: string,
  context: ConversionContext,
  place: readonly string[],
): ConvertedMember | undefined {
  const { problems } = context;
  if (!isMemberName(kerasName)) {
    problems.add('a name that no layer can have', place);
    return undefined;
  }
  const calls = readInboundNodes(layer.json.inbound_nodes);
  if (typeof calls === 'string') {
    // The calls of a layer that cannot be converted need not be valid.
    const converted = isModelClass(layer.className) ? undefined : convertPlain(layer, context, place);
    const reasons = converted?.kind === 'refused' ? converted.reasons : [`layer ${layer.className} ${calls}`];
    for (const reason of reasons) problems.add(reason, place);
    return undefined;
  }
  const source = { name, kerasName, kerasClass: layer.className };
  if (isModelClass(layer.className)) {
    const model = convertModel(layer, context, place);
    if (model === undefined) return undefined;
    const frozen = layer.config.trainable === false ? { trainable: false } : {};
    const json = withMembers(model.model, { name, ...frozen });
    return {
      kerasName,
      chain: [{ name, json }],
      calls,
      source: { ...source, members: model.sources, groups: [] },
      isModel: true,
      masksOutput: model.masksOutput,
      object: layer,
    };
  }
  const converted = convertPlain(layer, context, place);
  if (converted.kind === 'refused') {
    for (const reason of converted.reasons) problems.add(reason, place);
    return undefined;
  }
  const { chain, weighted, adjustment, members, groups = [''] } = converted;
  const last = chain.length - 1;
  const input = inputOf(layer.config);
  const named = chain.map(({ className, config }, index) => {
    const own = index === last ? name : uniqueName(`${name}_${index + 1}`, context.names, place);
    return {
      name: own,
      json: {
        class_name: className,
        config: {
          ...config,
          name: own,
          // The input's shape belongs to the first layer.
          ...(index === 0 ? input : {}),
          // Files list the weights of frozen layers last.
          ...(layer.config.trainable === false ? { trainable: false } : {}),
        },
      },
    };
  });
  return {
    kerasName,
    chain: named,
    calls,
    source: {
      ...source,
      name: named[weighted]?.name ?? name,
      groups,
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(members === undefined ? {} : { members }),
    },
    isModel: false,
    masksOutput: false,
    object: layer,
  };
}

function convertPlain(
  layer: KerasObject,
  context: ConversionContext,
  place: readonly string[],
): MemberConversion {
  if (layer.className === 'InputLayer') return convertInput(layer);
  if (isWrapperClass(layer.className)) return convertWrapper(layer, context, place);
  return convertLayer(layer, context.kerasMajor);
}

function withMembers(model: JsonObject, members: JsonObject): JsonObject {
  return { ...model, config: { ...(isJsonObject(model.config) ? model.config : {}), ...members } };
}

/** Returns the input shape that the first layer of a Sequential may state. */
function inputOf(config: JsonObject): JsonObject {
  const shape = unwrap(config.batch_input_shape ?? config.batch_shape);
  return Array.isArray(shape) ? { batch_input_shape: shape } : {};
}

function sequentialLayers({ json, config }: KerasObject, members: readonly ConvertedMember[]): JsonObject[] {
  const layers = members.flatMap(({ chain }) => chain.map(({ json }) => json));
  const [first, ...rest] = layers;
  if (first === undefined || !isJsonObject(first.config)) return layers;
  const begins =
    first.class_name === 'InputLayer' ||
    'batch_input_shape' in first.config ||
    isModelClass(String(first.class_name));
  if (begins) return layers;
  const built = isJsonObject(json.build_config) ? json.build_config.input_shape : undefined;
  const shape = unwrap(config.build_input_shape ?? built);
  if (!Array.isArray(shape)) return layers;
  return [{ ...first, config: { ...first.config, batch_input_shape: shape } }, ...rest];
}

function functionalConfig(
  name: string,
  config: JsonObject,
  members: readonly ConvertedMember[],
  { problems }: ConversionContext,
  place: readonly string[],
): JsonObject | undefined {
  const inputs = readSources(config.input_layers);
  const outputs = readSources(config.output_layers);
  if (inputs === undefined || outputs === undefined || inputs.length === 0 || outputs.length === 0) {
    problems.add('a model without a list of inputs and outputs', place);
    return undefined;
  }
  const resolve = sourceResolver(members, [
    ...members.flatMap(({ calls }) => calls.flatMap((call) => call.inputs)),
    ...outputs,
  ]);
  return {
    name,
    layers: members.flatMap(({ chain, calls }) =>
      chain.map(({ name: own, json }, index) => {
        const before = chain[index - 1]?.name;
        const nodes =
          before === undefined
            ? calls.map((call) => call.inputs.map((source) => [...resolve(source), {}]))
            : calls.map((_, call) => [[before, call, 0, {}]]);
        return { ...json, name: own, inbound_nodes: nodes };
      }),
    ),
    input_layers: inputs.map(resolve),
    output_layers: outputs.map(resolve),
  };
}

/**
 * Translates references to tensors. tfjs counts the creation of a model as its first call, but Keras 3 does not for a
 * Sequential. If another layer refers to that first call, all calls are shifted by one.
 */
function sourceResolver(
  members: readonly ConvertedMember[],
  sources: readonly TensorSource[],
): (source: TensorSource) => TensorSource {
  const byName = new Map(members.map((member) => [member.kerasName, member]));
  const shifted = new Set(
    sources.filter(([layer, call]) => call === 0 && byName.get(layer)?.isModel).map(([layer]) => layer),
  );
  return ([layer, call, output]) => [
    byName.get(layer)?.chain.at(-1)?.name ?? layer,
    shifted.has(layer) ? call + 1 : call,
    output,
  ];
}
