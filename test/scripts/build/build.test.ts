import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  BUILDS,
  builtDigest,
  builtRuntimeDigest,
  KERNEL_BUILDS,
  sourceDigest,
} from '../../../scripts/build/kernel_build.ts';
import { runtimeSourceDigest } from '../../../scripts/build/runtime_sources.ts';
import { sectionText, withoutLastSection, withSection } from '../../../scripts/build/wasm_section.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { compiled } from '../../fixtures/kernels/node_backend.ts';

test.each(BUILDS)('$output was built from the sources that are here', async (build) => {
  expect(await builtDigest(build.output)).toBe(await sourceDigest(build));
});

test.each(KERNEL_BUILDS)('$output states the sources of the whole runtime', async ({ output }) => {
  expect(await builtRuntimeDigest(output)).toBe(await runtimeSourceDigest());
});

test('a section can be removed and another takes its place', () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const first = withSection(empty, 'sources', 'a'.repeat(200));
  const both = withSection(first, 'runtime', 'b');
  const module = new WebAssembly.Module(both);
  expect([sectionText(module, 'sources'), sectionText(module, 'runtime')]).toEqual(['a'.repeat(200), 'b']);
  expect([...withoutLastSection(both, 'runtime', 'b')]).toEqual([...first]);
});

const sources = await temporaryFolder();

test('the sources in subfolders count', async () => {
  const build = { output: 'kernels.wasm', sources, options: [] };
  await mkdir(path.join(sources, 'product'));
  await writeFile(path.join(sources, 'product/gemm.ts'), 'export const SIX = 6;');
  const before = await sourceDigest(build);
  await writeFile(path.join(sources, 'product/gemm.ts'), 'export const SIX = 7;');
  expect(await sourceDigest(build)).not.toBe(before);
});

test('a missing file has no digest', async () => {
  expect(await builtDigest('/nowhere/kernels.wasm')).toBeUndefined();
});

test.each(KERNEL_BUILDS)('$output adds only functions to the memory of tfjs', ({ output }) => {
  const module = compiled(output);
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  expect(new Set(WebAssembly.Module.exports(module).map(({ kind }) => kind))).toEqual(
    new Set(['function', 'memory']),
  );
  // In a memory of one page, data segments or a start function would leave traces.
  const memory = new WebAssembly.Memory({ initial: 1 });
  new WebAssembly.Instance(module, { env: { memory } });
  expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
});
