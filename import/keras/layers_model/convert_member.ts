import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';
import { isMemberName } from '../../../worker/model/names.ts';
import { type LayerCall, readInboundNodes } from '../inbound_nodes.ts';
import { isModelClass, type KerasObject, unwrap } from '../keras_object.ts';
import type { WeightSource } from '../weights/weight_source.ts';
import type { ConversionContext, MemberConversion } from './conversion.ts';
import { convertInput } from './convert_input.ts';
import { convertLayer } from './convert_layer.ts';
import { convertWrapper, isWrapperClass } from './convert_wrapper.ts';

/** A layer of the enclosing model in tfjs's form. */
export interface ConvertedMember {
  readonly kerasName: string;
  /** One after the other; the last goes by the name that others know. */
  readonly chain: readonly { readonly name: string; readonly json: JsonObject }[];
  readonly calls: readonly LayerCall[];
  readonly source: WeightSource | undefined;
  /** A model, whose first call tfjs counts as its second. */
  readonly isModel: boolean;
  /** A model whose output may have a mask. */
  readonly masksOutput: boolean;
  readonly object: KerasObject;
}

/** tfjs finds weights by the names of layers, whatever model these are in. */
export function uniqueName(name: string, taken: Set<string>, place: readonly string[]): string {
  let unique = name;
  for (let count = 1; taken.has(unique); count++) {
    unique = `${place[0] ?? 'model'}_${name}${count === 1 ? '' : `_${count}`}`;
  }
  taken.add(unique);
  return unique;
}

export function convertMember(
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
    // What cannot be converted at all need not be called in a way that can be understood.
    const converted = isModelClass(layer.className) ? undefined : convertPlain(layer, context, place);
    const reasons = converted?.kind === 'refused' ? converted.reasons : [`layer ${layer.className} ${calls}`];
    for (const reason of reasons) problems.add(reason, place);
    return undefined;
  }
  const source = { name, kerasName, kerasClass: layer.className };
  if (isModelClass(layer.className)) {
    const model = context.convertModel(layer, place);
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
          // The shape of what comes in belongs to the first.
          ...(index === 0 ? input : {}),
          // Files list the weights of frozen layers after those of others.
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

/** A layer that begins a Sequential may say itself what it takes. */
function inputOf(config: JsonObject): JsonObject {
  const shape = unwrap(config.batch_input_shape ?? config.batch_shape);
  return Array.isArray(shape) ? { batch_input_shape: shape } : {};
}
