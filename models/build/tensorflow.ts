import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

// Production mode silences the advice to install tfjs-node, which these scripts do not need.
tf.enableProdMode();

/** Selects the engine that computes: `cpu` is plain JavaScript, `wasm` is faster but lacks some gradients. */
export async function useBackend(name: 'cpu' | 'wasm'): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend cannot be started`);
  await tf.ready();
}

export { tf };
