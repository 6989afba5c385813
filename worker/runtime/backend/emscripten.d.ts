/** The parts of Emscripten's module that tfjs's own declarations omit. */
import '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';

declare module '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js' {
  interface WasmFactoryConfig {
    print?(text: string): void;
    printErr?(text: string): void;
  }
  interface BackendWasmModule {
    cwrap(name: 'get_threads_count', returns: 'number', parameters: []): () => number;
    cwrap(name: string, returns: null, parameters: string[]): (...parameters: number[]) => void;
  }
}
