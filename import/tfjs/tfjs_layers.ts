import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { loadTensorFlow } from '../graph/tensorflow.ts';

type Layers = typeof import('@tensorflow/tfjs-layers');

/** tfjs-layers, over tfjs on its CPU backend. */
export async function loadLayers(): Promise<Layers> {
  const { core } = await loadTensorFlow();
  const layers = await import('@tensorflow/tfjs-layers');
  await core.setBackend('cpu');
  return layers;
}

/**
 * The model that tfjs-layers makes of a topology, with zeros for weights.
 *
 * @throws tfjs-layers' errors about the topology
 */
export async function createLayersModel(layers: Layers, topology: JsonObject): Promise<LayersModel> {
  const model = await layers.loadLayersModel({
    load: async () => ({ modelTopology: withZeroInitializers(topology) }),
  });
  // A Sequential has its inputs and outputs only once it is built, which tfjs otherwise does at the first call.
  if (model instanceof layers.Sequential) model.build();
  return model;
}

/** The topology with every initializer one of zeros: the others compute, for values that nobody wants. */
function withZeroInitializers(topology: JsonObject): JsonObject {
  const replaced: unknown = JSON.parse(JSON.stringify(topology), (key, value: unknown) => {
    if (/_?initializer$/i.test(key) && value !== null) return { class_name: 'Zeros', config: {} };
    // This too is an initializer, of some of an LSTM's biases.
    return key === 'unit_forget_bias' || key === 'unitForgetBias' ? false : value;
  });
  if (!isJsonObject(replaced)) throw new Error('a topology that is not an object');
  return replaced;
}
