import { expect, test } from 'vitest';
import { BUILDS, builtDigest, KERNEL_BUILDS, sourceDigest } from '../../../scripts/build/kernel_build.ts';
import { compiled } from './node_backend.ts';

test.each(BUILDS)('$output was built from the sources that are here', async (build) => {
  expect(await builtDigest(build.output)).toBe(await sourceDigest(build));
});

test('a file that is missing has no digest', async () => {
  expect(await builtDigest('/nowhere/kernels.wasm')).toBeUndefined();
});

test.each(KERNEL_BUILDS)('$output brings nothing but functions to the memory of tfjs', ({ output }) => {
  const module = compiled(output);
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  expect(new Set(WebAssembly.Module.exports(module).map(({ kind }) => kind))).toEqual(
    new Set(['function', 'memory']),
  );
  // On a memory of one page, data or a start function would leave something behind.
  const memory = new WebAssembly.Memory({ initial: 1 });
  new WebAssembly.Instance(module, { env: { memory } });
  expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
});
