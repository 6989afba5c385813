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

/** The backend with this project's kernels, and the memory of plans. */
export interface Runtime {
  readonly backend: BoundedBackend;
  readonly kernels: RegisteredKernels;
  readonly arena: Arena;
}

/** Sets the limit of the heap in bytes. It must be called before the first use of the backend. */
export function setHeapLimit(bytes: number): void {
  limitBytes = bytes;
}

/** Registers a listener that is called when the heap is discarded with everything that was loaded into it. */
export function onBackendBroken(listener: () => void): void {
  breakListeners.push(listener);
}

/**
 * Returns the isolate's only WebAssembly backend. It is created on first use, and again after it was discarded.
 *
 * tfjs's public function compiles bytes, which Workers forbid. This one passes the module that was compiled at upload
 * to Emscripten's code. tfjs's kernels keep their functions in module scope, so that only one instance can exist at a
 * time.
 */
export function wasmBackend(): Promise<BoundedBackend> {
  backend ??= createBackend().catch((error: unknown) => {
    backend = undefined;
    throw error;
  });
  return backend;
}

/** Returns the runtime of the backend, which exists from the creation of the backend until it is discarded. */
export function currentRuntime(): Runtime {
  if (running === undefined) throw new Error('there is no backend');
  return running;
}

/** Limits the growth of the heap in bytes until the returned function is called. */
export function allowHeapGrowth(bytes: number): () => void {
  return running?.backend.limit.allowGrowth(bytes) ?? (() => undefined);
}

/** Returns true if memory was refused since the last call. */
export function takeRefusal(): boolean {
  return running?.backend.limit.takeRefusal() ?? false;
}

let complaint: string | undefined;

/**
 * Returns the message of a kernel that failed since the last call. tfjs only prints it and continues without a result.
 */
export function takeComplaint(): string | undefined {
  const taken = complaint;
  complaint = undefined;
  return taken;
}

function hear(text: string): void {
  if (/XNN status|failed|error/.test(text)) complaint = text.trim();
  else console.warn(logLine({ event: 'runtime message', text }));
}

/** Discards the heap with everything in it, since its state is unknown after a trap. */
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
  // The functions that tfjs's own initialization would wrap, which is not used here.
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
  // tfjs returns false instead of throwing if a backend does not start.
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
  if (memory === undefined) throw new Error('the WebAssembly backend was never instantiated');
  const kernels = registerKernels(created, kernelsModule, memory, limitBytes);
  running = { backend: created, kernels, arena: new Arena(kernels.heap) };
  return created;
}
