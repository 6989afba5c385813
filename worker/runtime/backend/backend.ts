import '@tensorflow/tfjs-backend-wasm/dist/register_all_kernels.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import simdModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import { engine, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import kernelsModule from '../kernels/dist/kernels.wasm';
import { type RegisteredKernels, registerKernels } from '../kernels/register_kernels.ts';
import { logLine } from '../log_line.ts';
import { cancelRecording } from './active_recording.ts';
import { Arena } from './arena.ts';
import { BoundedBackend } from './bounded_backend.ts';
import { HeapLimit } from './heap_limit.ts';
import { withoutProcessListeners } from './process_listeners.ts';

const DEFAULT_LIMIT_BYTES = 100 * 1024 * 1024;

let limitBytes = DEFAULT_LIMIT_BYTES;
let backend: Promise<BoundedBackend> | undefined;
let running: Runtime | undefined;
const breakListeners: (() => void)[] = [];

/** The backend with our kernels in it, and the memory that plans compute in. */
export interface Runtime {
  readonly backend: BoundedBackend;
  readonly kernels: RegisteredKernels;
  readonly arena: Arena;
}

/** Sets how large the heap may become; before the backend is first used. */
export function setHeapLimit(bytes: number): void {
  limitBytes = bytes;
}

/** Calls back when the heap is given up. Whatever was loaded into it is gone then. */
export function onBackendBroken(listener: () => void): void {
  breakListeners.push(listener);
}

/**
 * The isolate's one wasm backend, made on first use, and anew after it was given up.
 *
 * tfjs's public way in compiles bytes, which Workers forbid; this hands Emscripten's glue the module that was
 * compiled when the Worker was uploaded. Its kernels keep their functions in module scope, so there can be
 * only one instance at a time.
 */
export function wasmBackend(): Promise<BoundedBackend> {
  backend ??= createBackend().catch((error: unknown) => {
    backend = undefined;
    throw error;
  });
  return backend;
}

/** What the backend runs in. It is there once the backend is, until that is given up. */
export function currentRuntime(): Runtime {
  if (running === undefined) throw new Error('there is no backend');
  return running;
}

/** Limits how much the heap may grow, until the function that is returned is called. */
export function allowHeapGrowth(bytes: number): () => void {
  return running?.backend.limit.allowGrowth(bytes) ?? (() => undefined);
}

/** Whether memory was refused since this was asked last. */
export function takeRefusal(): boolean {
  return running?.backend.limit.takeRefusal() ?? false;
}

let complaint: string | undefined;

/** What a kernel did not compute since this was asked last. tfjs only prints that, and goes on without a result. */
export function takeComplaint(): string | undefined {
  const taken = complaint;
  complaint = undefined;
  return taken;
}

function hear(text: string): void {
  if (/XNN status|failed|error/.test(text)) complaint = text.trim();
  else console.warn(logLine({ event: 'runtime message', text }));
}

/** Gives up the heap and all that is in it: after a trap nothing can be said of its state. */
export function abandonBackend(): void {
  cancelRecording();
  running?.backend.abandon();
  running?.kernels.abandon();
  running = undefined;
  backend = undefined;
  engine().reset();
  removeBackend('wasm');
  for (const listener of breakListeners) listener();
}

async function createBackend(): Promise<BoundedBackend> {
  const limit = new HeapLimit(limitBytes);
  let memory: WebAssembly.Memory | undefined;
  const wasm = await withoutProcessListeners(() =>
    createModule({
      locateFile: (path) => path,
      print: hear,
      printErr: hear,
      instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(simdModule, imports);
        const exported = instance.exports.memory;
        if (!(exported instanceof WebAssembly.Memory)) throw new Error('the backend exports no memory');
        memory = exported;
        limit.attach(memory);
        done(instance);
        return instance.exports;
      },
    }),
  );
  // The functions that tfjs's own initialization, not used here, would have wrapped.
  wasm.tfjs = {
    init: wasm.cwrap('init', null, []),
    initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
    registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: wasm.cwrap('dispose_data', null, ['number']),
    dispose: wasm.cwrap('dispose', null, []),
  };
  const created = new BoundedBackend(wasm, limit);
  registerBackend('wasm', () => created, 2);
  // tfjs answers false instead of throwing when a backend does not start.
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
  if (memory === undefined) throw new Error('the WebAssembly backend was never instantiated');
  const kernels = registerKernels(created, kernelsModule, memory, limitBytes);
  running = { backend: created, kernels, arena: new Arena(kernels.heap) };
  return created;
}
