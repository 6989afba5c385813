import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';

export interface TensorFlow {
  readonly core: typeof import('@tensorflow/tfjs-core');
  /** Makes a GraphModel of what is in memory. The caller disposes it. */
  readonly createGraphModel: (artifacts: io.ModelArtifacts) => GraphModel<io.IOHandlerSync>;
}

let loading: Promise<TensorFlow> | undefined;

/** tfjs on its CPU backend. Loaded only when something is to be computed: it takes a while. */
export function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= (async () => {
    const core = await import('@tensorflow/tfjs-core');
    // Production mode silences the advice to install tfjs-node, which is of no use here.
    core.enableProdMode();
    await import('@tensorflow/tfjs-backend-cpu');
    const converter = await import('@tensorflow/tfjs-converter');
    return {
      core,
      createGraphModel: (artifacts) => {
        const model = new converter.GraphModel<io.IOHandlerSync>({ load: () => artifacts });
        model.load();
        return model;
      },
    };
  })();
  return loading;
}
