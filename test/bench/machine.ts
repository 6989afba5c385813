import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import * as v from 'valibot';

/** The machine on which a figure was measured. Figures of different machines cannot be compared; ratios may. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = [
  'workerd',
  'miniflare',
  'wrangler',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  'onnxruntime-node',
  'onnxruntime-web',
  '@hono/node-server',
  'undici',
] as const;

const PackageSchema = v.object({ version: v.string() });

export function describeMachine(): Machine {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => {
    const folders = require.resolve.paths(name) ?? [];
    for (const folder of folders) {
      try {
        const text = readFileSync(`${folder}/${name}/package.json`, 'utf8');
        return v.parse(PackageSchema, JSON.parse(text)).version;
      } catch {
        // The next folder up may have it.
      }
    }
    return 'not found';
  };
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    versions: {
      node: process.versions.node,
      v8: process.versions.v8,
      ...Object.fromEntries(PACKAGES.map((name) => [name, version(name)])),
    },
  };
}
