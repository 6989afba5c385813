import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from './fixtures/edge/built_worker.ts';

/**
 * Imports point one way: entry -> management and http -> serving -> registry and runtime -> model. Registry and runtime know
 * neither each other nor HTTP. For each layer, what it may import besides itself.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'worker/entry': ['worker/http', 'worker/serving', 'worker/registry', 'worker/runtime', 'worker/model'],
  'worker/management': ['worker/http', 'worker/serving', 'worker/registry', 'worker/runtime', 'worker/model'],
  'worker/http': ['worker/serving', 'worker/registry', 'worker/runtime', 'worker/model'],
  'worker/serving': ['worker/registry', 'worker/runtime', 'worker/model'],
  'worker/registry': ['worker/model'],
  'worker/runtime': ['worker/model'],
  'worker/model': [],
  import: ['worker/model'],
  scripts: ['worker/registry', 'worker/model', 'import'],
  models: [],
};

/** Packages that belong to one layer only. */
const PACKAGES: readonly { readonly package: RegExp; readonly layers: readonly string[] }[] = [
  { package: /^hono/, layers: ['worker/entry'] },
  { package: /^itty-router/, layers: ['worker/management'] },
  { package: /^@tensorflow\//, layers: ['worker/runtime', 'import', 'models'] },
  { package: /^(wrangler|commander|ora)$/, layers: ['scripts'] },
  { package: /^node:/, layers: ['scripts', 'import', 'models'] },
];

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly specifier: string;
}

function layerOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top !== 'worker') return top;
  return second.endsWith('.ts') ? 'worker/entry' : `worker/${second}`;
}

function listImports(): Import[] {
  return ['worker', 'scripts', 'import', 'models'].flatMap((folder) =>
    readdirSync(path.join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
      .flatMap((name) => {
        const file = `${folder}/${name}`;
        const source = readFileSync(path.join(REPOSITORY, file), 'utf8');
        return [
          ...source.matchAll(/(?:^|\n)(?:import|export)[^'"]*?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g),
        ].map(([, declared, dynamic]) => ({
          file,
          layer: layerOf(file),
          specifier: declared ?? dynamic ?? '',
        }));
      }),
  );
}

/** Why an import points the wrong way; undefined where it does not. */
function violation({ file, layer, specifier }: Import): string | undefined {
  if (specifier.startsWith('.')) {
    const target = layerOf(path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)));
    const allowed = target === layer || ALLOWED[layer]?.includes(target);
    return allowed ? undefined : `${file} (${layer}) imports ${specifier} (${target})`;
  }
  const rule = PACKAGES.find((candidate) => candidate.package.test(specifier));
  const allowed = rule === undefined || rule.layers.includes(layer);
  return allowed ? undefined : `${file} (${layer}) imports ${specifier}`;
}

describe('imports', () => {
  const imports = listImports();

  test('are found in every layer', () => {
    expect(new Set(imports.map(({ layer }) => layer))).toEqual(new Set(Object.keys(ALLOWED)));
  });

  test('point one way', () => {
    expect(imports.map(violation).filter((found) => found !== undefined)).toEqual([]);
  });

  test.each([
    ['worker/registry/pointer/pointer.ts', '../../serving/api.ts'],
    ['worker/runtime/backend/backend.ts', '../../registry/version/manifest.ts'],
    ['worker/serving/isolate.ts', '../http/metrics/prometheus.ts'],
    ['worker/serving/isolate.ts', 'hono'],
    ['worker/http/request_body.ts', '../index.ts'],
    ['scripts/publish.ts', '../worker/serving/api.ts'],
    ['import/tfjs/tfjs_directory.ts', '../worker/registry/version/manifest.ts'],
    ['import/tfjs/tfjs_directory.ts', '../scripts/cli/format.ts'],
  ])('the check sees that %s must not import %s', (file, specifier) => {
    expect(violation({ file, layer: layerOf(file), specifier })).toBeDefined();
  });
});
