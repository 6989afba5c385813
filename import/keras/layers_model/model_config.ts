import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';
import { readSources, type TensorSource } from '../inbound_nodes.ts';
import { isModelClass, type KerasObject, unwrap } from '../keras_object.ts';
import type { ConversionContext } from './conversion.ts';
import type { ConvertedMember } from './convert_member.ts';

/** The layers of a Sequential, of which the first says what it takes. */
export function sequentialLayers(
  { json, config }: KerasObject,
  members: readonly ConvertedMember[],
): JsonObject[] {
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

/** The configuration of a Functional model; undefined where the problems say why there is none. */
export function functionalConfig(
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
  const giving = outputs.map(([layer]) => layer);
  if (place.length === 0 && new Set(giving).size < giving.length) {
    problems.add('several outputs of a layer, which tfjs would call by one name', giving.slice(0, 1));
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
 * Translates references to tensors. tfjs counts the making of a model as its first call, and Keras 3 does not
 * for a Sequential: where somebody refers to that first call, all calls move by one.
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
