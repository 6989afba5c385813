import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { wasmModules } from './test/fixtures/edge/wasm_modules.ts';

/**
 * The suffix of a test determines where it runs. `.worker.test.ts`: inside workerd, with its R2. `.e2e.test.ts`: the
 * built Worker over HTTP. `.test.ts`: pure code and commands as processes, in Node.
 */
export default defineConfig({
  test: {
    // Most tests wait for their own processes, so that with the default on small machines, half of the cores would be
    // idle.
    maxWorkers: '100%',
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            // Optional bindings.
            miniflare: { kvNamespaces: ['POINTERS'] },
          }),
        ],
        test: {
          name: 'worker',
          // workerd does not see the environment.
          provide: { fuzzCases: Number(process.env.FUZZ_CASES ?? 3000) },
          globalSetup: './test/fixtures/edge/build_kernels.ts',
          include: ['test/**/*.worker.test.ts'],
          // tfjs is hundreds of modules, loaded one by one before the first test that needs it.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [wasmModules()],
        test: {
          name: 'node',
          // Of packages too: Node would link the module by itself, to what it imports.
          server: { deps: { inline: [/\.wasm$/] } },
          globalSetup: [
            './test/fixtures/edge/temporary_root.ts',
            './test/fixtures/edge/build_kernels.ts',
            './test/fixtures/edge/global_setup.ts',
          ],
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.worker.test.ts', 'test/bench/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // The default of a second is not enough for a browser on a busy machine.
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
