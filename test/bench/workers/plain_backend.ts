import { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import '@tensorflow/tfjs-backend-wasm/dist/register_all_kernels.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import simdModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import { registerBackend, setBackend } from '@tensorflow/tfjs-core';

/**
 * tfjs's own wasm backend with its own kernels, started as in worker/runtime/backend/backend.ts. The code is repeated
 * here so that changes of the product do not affect the comparison.
 */
export async function startPlainBackend(): Promise<BackendWasm> {
  const wasm = await createModule({
    locateFile: (path) => path,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(simdModule, imports);
      done(instance);
      return instance.exports;
    },
  });
  wasm.tfjs = {
    init: wasm.cwrap('init', null, []),
    initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
    registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: wasm.cwrap('dispose_data', null, ['number']),
    dispose: wasm.cwrap('dispose', null, []),
  };
  const backend = new BackendWasm(wasm);
  registerBackend('wasm', () => backend, 2);
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
  return backend;
}
