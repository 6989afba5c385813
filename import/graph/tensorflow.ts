import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';

export interface TensorFlow {
  readonly core: typeof import('@tensorflow/tfjs-core');
  /** Makes a GraphModel from artifacts in memory. The caller must dispose of it. */
  readonly createGraphModel: (artifacts: io.ModelArtifacts) => GraphModel<io.IOHandlerSync>;
}

let loading: Promise<TensorFlow> | undefined;

/** Loads tfjs with its CPU backend. It loads slowly, so that only computations load it. */
export function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= (async () => {
    const core = await import('@tensorflow/tfjs-core');
    // Production mode suppresses the advice to install tfjs-node, which does not help here.
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
