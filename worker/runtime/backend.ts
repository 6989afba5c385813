import { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import '@tensorflow/tfjs-backend-wasm/dist/register_all_kernels.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import simdModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import { registerBackend, setBackend } from '@tensorflow/tfjs-core';
import kernelsModule from './kernels/dist/kernels.wasm';
import { registerKernels } from './kernels/register_kernels.ts';

let backend: Promise<BackendWasm> | undefined;

/**
 * The isolate's one wasm backend, made on first use.
 *
 * tfjs's public way in compiles bytes, which Workers forbid; this hands Emscripten's glue the module that was
 * compiled when the Worker was uploaded. Its kernels keep their functions in module scope, so there can be
 * only one instance.
 */
export function wasmBackend(): Promise<BackendWasm> {
  backend ??= createBackend().catch((error: unknown) => {
    backend = undefined;
    throw error;
  });
  return backend;
}

async function createBackend(): Promise<BackendWasm> {
  let memory: WebAssembly.ExportValue | undefined;
  const wasm = await createModule({
    locateFile: (path) => path,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(simdModule, imports);
      memory = instance.exports.memory;
      done(instance);
      return instance.exports;
    },
  });
  // The functions that tfjs's own initialisation, not used here, would have wrapped.
  wasm.tfjs = {
    init: wasm.cwrap('init', null, []),
    initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
    registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: wasm.cwrap('dispose_data', null, ['number']),
    dispose: wasm.cwrap('dispose', null, []),
  };
  const created = new BackendWasm(wasm);
  registerBackend('wasm', () => created, 2);
  // tfjs answers false instead of throwing when a backend does not start.
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the WebAssembly backend exports no memory');
  registerKernels(created, kernelsModule, memory);
  return created;
}
