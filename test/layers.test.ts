import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import { expect, test } from 'vitest';
import configuration from '../dependency-cruiser.config.mts';
import { withTemporaryDirectory } from '../scripts/files/temporary_directory.ts';

/** The rules that a project of these files breaks. The keys of `files` are paths. */
function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  return withTemporaryDirectory(async (baseDir) => {
    for (const [file, source] of Object.entries(files)) {
      await mkdir(path.join(baseDir, path.dirname(file)), { recursive: true });
      await writeFile(path.join(baseDir, file), source);
    }
    const { forbidden, options } = configuration;
    const { output } = await cruise(['.'], { ...options, ruleSet: { forbidden }, validate: true, baseDir });
    if (typeof output === 'string') throw new Error(output);
    return [...new Set(output.summary.violations.map(({ rule }) => rule.name))];
  });
}

const EMPTY = 'export {};\n';

test.for([
  { from: 'worker/registry/pointer.ts', to: 'worker/serving/api.ts', rule: 'layer-worker-registry' },
  { from: 'worker/registry/pointer.ts', to: 'worker/runtime/backend.ts', rule: 'layer-worker-registry' },
  { from: 'worker/runtime/backend.ts', to: 'worker/registry/manifest.ts', rule: 'layer-worker-runtime' },
  { from: 'worker/runtime/plan/plan.ts', to: 'worker/runtime/loading/load.ts', rule: 'runtime-plan' },
  { from: 'worker/runtime/kernels/kernel.ts', to: 'worker/runtime/plan/plan.ts', rule: 'runtime-kernels' },
  { from: 'worker/serving/isolate.ts', to: 'worker/http/metrics.ts', rule: 'layer-worker-serving' },
  { from: 'worker/http/body/request_body.ts', to: 'worker/index.ts', rule: 'layer-worker-http' },
  { from: 'worker/management/objects.ts', to: 'worker/index.ts', rule: 'layer-worker-management' },
  { from: 'worker/model/names.ts', to: 'worker/registry/manifest.ts', rule: 'layer-worker-model' },
  { from: 'worker/index.ts', to: 'worker/management/objects.ts', rule: 'layer-worker-entry' },
  { from: 'scripts/commands/publish.ts', to: 'worker/serving/api.ts', rule: 'layer-scripts' },
  { from: 'worker/management/index.ts', to: 'console/main.ts', rule: 'layer-worker-management' },
  { from: 'console/main.ts', to: 'worker/management/index.ts', rule: 'layer-console' },
  { from: 'import/tfjs.ts', to: 'worker/registry/manifest.ts', rule: 'layer-import' },
  { from: 'import/tfjs.ts', to: 'scripts/format.ts', rule: 'layer-import' },
  { from: 'models/train.ts', to: 'import/index.ts', rule: 'layer-models' },
  { from: 'worker/model/names.ts', to: 'test/names.ts', rule: 'layer-worker-model' },
])('$from must not import $to', async ({ from, to, rule }) => {
  const specifier = path.posix.relative(path.posix.dirname(from), to);
  const relative = specifier.startsWith('.') ? specifier : `./${specifier}`;
  expect(await brokenRules({ [from]: `import type { A } from '${relative}';\n`, [to]: EMPTY })).toEqual([
    rule,
  ]);
});

test.for([
  { file: 'worker/serving/isolate.ts', specifier: 'hono', rule: 'package-hono' },
  { file: 'worker/index.ts', specifier: 'itty-router', rule: 'package-itty-router' },
  { file: 'worker/http/route.ts', specifier: '@tensorflow/tfjs-core', rule: 'package-tfjs' },
  { file: 'worker/management/index.ts', specifier: 'wrangler', rule: 'package-commands' },
  { file: 'worker/registry/pointer.ts', specifier: 'node:fs', rule: 'node-builtins' },
])('$file must not import $specifier', async ({ file, specifier, rule }) => {
  expect(await brokenRules({ [file]: `import '${specifier}';\n` })).toEqual([rule]);
});

test('files that import only types of each other form a cycle', async () => {
  const files = {
    'worker/model/a.ts': "import type { B } from './b.ts';\n",
    'worker/model/b.ts': "import type { A } from './a.ts';\n",
  };
  expect(await brokenRules(files)).toEqual(['no-circular']);
});

test('an import of a missing file is found', async () => {
  expect(await brokenRules({ 'worker/model/a.ts': "import './missing.ts';\n" })).toEqual(['no-unresolved']);
});

test('imports that point the right way break no rule', async () => {
  const files = {
    'worker/index.ts': "import 'hono';\nimport './http/route.ts';\n",
    'worker/http/route.ts': "import '../model/names.ts';\n",
    'worker/model/names.ts': EMPTY,
    'import/read.ts': "import 'node:fs';\nimport '../worker/model/names.ts';\n",
  };
  expect(await brokenRules(files)).toEqual([]);
});
