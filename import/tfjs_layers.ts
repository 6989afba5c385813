import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isJsonObject, type JsonObject } from './json.ts';

interface TensorFlow {
  readonly core: typeof import('@tensorflow/tfjs-core');
  readonly layers: typeof import('@tensorflow/tfjs-layers');
}

let loading: Promise<TensorFlow> | undefined;

/** Loaded only when a model of layers comes: it takes a while. */
export function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= (async () => {
    const core = await import('@tensorflow/tfjs-core');
    // Production mode silences the advice to install tfjs-node, which is of no use here.
    core.enableProdMode();
    await import('@tensorflow/tfjs-backend-cpu');
    await core.setBackend('cpu');
    return { core, layers: await import('@tensorflow/tfjs-layers') };
  })();
  return loading;
}

/**
 * The model that tfjs-layers makes of a topology, with zeros for weights.
 *
 * @throws tfjs-layers' errors about the topology
 */
export async function createLayersModel({ layers }: TensorFlow, topology: JsonObject): Promise<LayersModel> {
  const model = await layers.loadLayersModel({
    load: async () => ({ modelTopology: withZeroInitializers(topology) }),
  });
  // A Sequential has its inputs and outputs only once it is built, which tfjs otherwise does at the first call.
  if (model instanceof layers.Sequential) model.build();
  return model;
}

/** The topology with every initialiser one of zeros: the others take long, for values that nobody wants. */
function withZeroInitializers(topology: JsonObject): JsonObject {
  const replaced: unknown = JSON.parse(JSON.stringify(topology), (key, value: unknown) =>
    /_?initializer$/i.test(key) && value !== null ? { class_name: 'Zeros', config: {} } : value,
  );
  if (!isJsonObject(replaced)) throw new Error('a topology that is not an object');
  return replaced;
}
