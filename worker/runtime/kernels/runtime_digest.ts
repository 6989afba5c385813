import kernelsModule from './dist/kernels.wasm';

/** The name of the custom section that identifies the sources of the whole runtime: see scripts/build/kernel_build.ts. */
const SECTION = 'runtime';

/** Returns the SHA-256 of this runtime's sources in hex, or undefined if the build does not state it. */
export function runtimeDigest(): string | undefined {
  const [section] = WebAssembly.Module.customSections(kernelsModule, SECTION);
  return section && new TextDecoder().decode(section);
}
