import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import * as tf from '@tensorflow/tfjs-core';
import { KERNEL_BUILDS } from '../../../scripts/build/kernel_build.ts';
import { type RegisteredKernels, registerKernels } from '../../../worker/runtime/kernels/register_kernels.ts';

const TFJS = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';

export interface NodeBackend {
  readonly backend: BackendWasm;
  readonly memory: WebAssembly.Memory;
}

/**
 * tfjs's wasm backend in Node, made as worker/runtime/backend/backend.ts makes it.
 *
 * @param hear takes what its C++ code prints
 */
export async function createNodeBackend(hear?: (text: string) => void): Promise<NodeBackend> {
  const module = compiled(createRequire(import.meta.url).resolve(TFJS));
  let memory: unknown;
  const wasm = await createModule({
    locateFile: (file: string) => file,
    ...(hear ? { print: hear, printErr: hear } : {}),
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      memory = instance.exports.memory;
      done(instance);
      return instance.exports;
    },
  });
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('tfjs exports no memory');
  wasm.tfjs = {
    init: wasm.cwrap('init', null, []),
    initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
    registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: wasm.cwrap('dispose_data', null, ['number']),
    dispose: wasm.cwrap('dispose', null, []),
  };
  const backend = new BackendWasm(wasm);
  // Importing the package has registered its own.
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => backend);
  await tf.setBackend('wasm');
  return { backend, memory };
}

/** @param build which of the builds: with relaxed SIMD, or without */
export function registerBuilt({ backend, memory }: NodeBackend, build: 0 | 1 = 0): RegisteredKernels {
  return registerKernels(backend, compiled(KERNEL_BUILDS[build].output), memory);
}

const modules = new Map<string, WebAssembly.Module>();

/** Compiled once: V8 optimizes a module's functions as they are used. */
export function compiled(file: string): WebAssembly.Module {
  const module = modules.get(file) ?? new WebAssembly.Module(new Uint8Array(readFileSync(file)));
  modules.set(file, module);
  return module;
}
