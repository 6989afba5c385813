import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { wasmModules } from './test/shared/wasm_modules.ts';

/** worker: inside workerd, with its R2. node: pure code, scripts as processes, the built Worker over HTTP. */
export default defineConfig({
  test: {
    // Most tests wait for processes of theirs: half the cores, the default on small machines, would idle.
    maxWorkers: '100%',
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            // What an operator may bind besides.
            miniflare: { kvNamespaces: ['POINTERS'] },
          }),
        ],
        test: {
          name: 'worker',
          // workerd does not see the environment.
          provide: { fuzzCases: Number(process.env.FUZZ_CASES ?? 3000) },
          globalSetup: './test/shared/build_kernels.ts',
          include: ['test/worker/**/*.test.ts'],
          // tfjs is hundreds of modules, loaded one by one before the first test that needs it.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [wasmModules()],
        test: {
          name: 'node',
          globalSetup: ['./test/shared/build_kernels.ts', './test/shared/global_setup.ts'],
          include: [
            'test/node/**/*.test.ts',
            'test/scripts/**/*.test.ts',
            'test/docs/**/*.test.ts',
            'models/**/*.test.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
