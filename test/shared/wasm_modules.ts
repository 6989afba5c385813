import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vitest/config';

/** Lets Node import WebAssembly as Workers do: what is imported is the compiled module. */
export function wasmModules(): Plugin {
  return {
    name: 'wasm-modules',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.wasm')) return undefined;
      const bytes = (await readFile(id)).toString('base64');
      return `export default new WebAssembly.Module(Buffer.from('${bytes}', 'base64'));`;
    },
  };
}
