import type { LayersModel } from '@tensorflow/tfjs';
import * as v from 'valibot';
import type { PlainTensor } from './hdf5_writer.ts';
import type { LayerWeights } from './keras_files.ts';

type Layer = LayersModel['layers'][number];
type Json = Readonly<Record<string, unknown>>;

const JsonSchema = v.record(v.string(), v.unknown());
const isJson = (value: unknown): value is Json => v.is(JsonSchema, value) && !Array.isArray(value);

/** The configuration as Keras 2 writes it, which is the form that tfjs saves models in. */
export function asKeras2(model: LayersModel): Json {
  return v.parse(JsonSchema, model.toJSON(null, false));
}

/** The weights of each layer of the outermost model. @param names whether they are called as tfjs calls them */
export function h5Weights(model: LayersModel, names = true): Record<string, LayerWeights> {
  return Object.fromEntries(
    model.layers.map((layer) => [
      layer.name,
      Object.fromEntries(
        layer.weights.map((weight, index) => [
          names ? `${weight.originalName}:0` : `${layer.name}_W${index}`,
          plain(weight.read()),
        ]),
      ),
    ]),
  );
}

function plain(value: ReturnType<Layer['weights'][number]['read']>): PlainTensor {
  return { shape: value.shape, values: value.dataSync() };
}

/** The same configuration as Keras 3 writes it. */
export function asKeras3(model: LayersModel): Json {
  return wrapped(asKeras2(model), model);
}

function wrapped(object: Json, model: LayersModel | undefined): Json {
  const { class_name: className, config, name, inbound_nodes: nodes } = object;
  const isModel = className === 'Sequential' || className === 'Model' || className === 'Functional';
  return {
    module: isModel ? 'keras' : 'keras.layers',
    class_name: className === 'Model' ? 'Functional' : className,
    config: isJson(config) ? wrappedConfig(config, model) : config,
    registered_name: null,
    ...(name === undefined ? {} : { name }),
    ...(Array.isArray(nodes) ? { inbound_nodes: nodes.map(wrappedNode) } : {}),
  };
}

function wrappedConfig(config: Json, model: LayersModel | undefined): Json {
  const {
    batch_input_shape: shape,
    alpha,
    dtype,
    input_layers: inputs,
    output_layers: outputs,
    ...rest
  } = config;
  const members = Object.entries(rest).map(([member, value]) => [
    member,
    wrappedMember(member, value, model),
  ]);
  return {
    ...Object.fromEntries(members),
    ...(shape === undefined ? {} : { batch_shape: shape }),
    ...(alpha === undefined ? {} : { negative_slope: alpha }),
    dtype: {
      module: 'keras',
      class_name: 'DTypePolicy',
      config: { name: dtype ?? 'float32' },
      registered_name: null,
    },
    // A single tensor has no list around it.
    ...(Array.isArray(inputs) ? { input_layers: inputs.length === 1 ? inputs[0] : inputs } : {}),
    ...(Array.isArray(outputs) ? { output_layers: outputs.length === 1 ? outputs[0] : outputs } : {}),
  };
}

function wrappedMember(member: string, value: unknown, model: LayersModel | undefined): unknown {
  if (member === 'layers' && Array.isArray(value)) {
    return value.map((layer, index) => {
      const inner = model?.layers[index];
      return isJson(layer)
        ? wrapped(layer, inner !== undefined && 'layers' in inner ? model : undefined)
        : layer;
    });
  }
  if ((member === 'layer' || member === 'cell') && isJson(value)) return wrapped(value, undefined);
  if (member === 'cells' && Array.isArray(value)) {
    return value.map((cell) => (isJson(cell) ? wrapped(cell, undefined) : cell));
  }
  if (/_initializer$/.test(member) && isJson(value)) {
    return { module: 'keras.initializers', ...value, registered_name: null };
  }
  return value;
}

function wrappedNode(node: unknown): unknown {
  const sources: readonly unknown[] = Array.isArray(node) ? node : [];
  const tensors = sources.map((source) => ({
    class_name: '__keras_tensor__',
    config: {
      shape: [null],
      dtype: 'float32',
      keras_history: Array.isArray(source) ? source.slice(0, 3) : source,
    },
  }));
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
}

/** The variables of a model by their paths in a Keras 3 file. */
export function archiveVariables(model: LayersModel, base = ''): Record<string, PlainTensor> {
  const variables: Record<string, PlainTensor> = {};
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const kind = CLASS_NAMES[layer.getClassName()] ?? layer.getClassName().toLowerCase();
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    Object.assign(variables, layerVariables(layer, `${base}layers/${kind}${count === 0 ? '' : `_${count}`}`));
  }
  return variables;
}

/** As Keras calls the groups of layers whose names are more than one word. */
const CLASS_NAMES: Readonly<Record<string, string>> = {
  BatchNormalization: 'batch_normalization',
  Conv2DTranspose: 'conv2d_transpose',
  DepthwiseConv2D: 'depthwise_conv2d',
  InputLayer: 'input_layer',
  LayerNormalization: 'layer_normalization',
  Model: 'functional',
  PReLU: 'p_re_lu',
  SeparableConv2D: 'separable_conv2d',
  SimpleRNN: 'simple_rnn',
  TimeDistributed: 'time_distributed',
};

function layerVariables(layer: Layer, path: string): Record<string, PlainTensor> {
  if ('layers' in layer) return archiveVariables(layer as LayersModel, `${path}/`);
  const values = layer.weights.map((weight) => plain(weight.read()));
  switch (layer.getClassName()) {
    case 'Bidirectional': {
      const half = values.length / 2;
      return {
        ...numbered(values.slice(0, half), `${path}/forward_layer/cell`),
        ...numbered(values.slice(half), `${path}/backward_layer/cell`),
      };
    }
    case 'TimeDistributed':
      return numbered(values, `${path}/layer`);
    case 'RNN':
      return {
        ...numbered(values.slice(0, 3), `${path}/cell/cells/lstm_cell`),
        ...numbered(values.slice(3), `${path}/cell/cells/lstm_cell_1`),
      };
    case 'GRU':
    case 'LSTM':
    case 'SimpleRNN':
      return numbered(values, `${path}/cell`);
    default:
      return numbered(values, path);
  }
}

function numbered(values: readonly PlainTensor[], path: string): Record<string, PlainTensor> {
  return Object.fromEntries(values.map((value, index) => [`${path}/vars/${index}`, value]));
}
