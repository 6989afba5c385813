import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { loadTensorFlow } from '../graph/tensorflow.ts';

type Layers = typeof import('@tensorflow/tfjs-layers');

/** Loads tfjs-layers with tfjs's CPU backend. */
export async function loadLayers(): Promise<Layers> {
  const { core } = await loadTensorFlow();
  const layers = await import('@tensorflow/tfjs-layers');
  await core.setBackend('cpu');
  return layers;
}

/**
 * Makes a topology's model in tfjs-layers with weights of zeros.
 *
 * @throws tfjs-layers' errors about the topology
 */
export async function createLayersModel(layers: Layers, topology: JsonObject): Promise<LayersModel> {
  const model = await layers.loadLayersModel({
    load: async () => ({ modelTopology: withZeroInitializers(topology) }),
  });
  // A Sequential model has inputs and outputs only after `build`, which tfjs otherwise calls at the first use.
  if (model instanceof layers.Sequential) model.build();
  return model;
}

/** Replaces every initializer by zeros, since the others would compute values that are not used. */
function withZeroInitializers(topology: JsonObject): JsonObject {
  const replaced: unknown = JSON.parse(JSON.stringify(topology), (key, value: unknown) => {
    if (/_?initializer$/i.test(key) && value !== null) return { class_name: 'Zeros', config: {} };
    // This is also an initializer, of some of an LSTM's biases.
    return key === 'unit_forget_bias' || key === 'unitForgetBias' ? false : value;
  });
  if (!isJsonObject(replaced)) throw new Error('a topology that is not an object');
  return replaced;
}
