import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The folders whose sources determine what a plan computes. */
const FOLDERS = ['worker/runtime', 'worker/model'];

const PackageSchema = v.object({ dependencies: v.record(v.string(), v.string()) });

/**
 * Returns the SHA-256 in hex of the sources that determine plans, and of the exact versions of tfjs. A proof of a plan is
 * only valid in a Worker of the same sources.
 */
export async function runtimeSourceDigest(): Promise<string> {
  const hash = createHash('sha256');
  const { dependencies } = v.parse(
    PackageSchema,
    JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')),
  );
  const engine = Object.entries(dependencies).filter(([name]) => name.startsWith('@tensorflow/'));
  hash.update(JSON.stringify(engine.sort()));
  const names = await Promise.all(FOLDERS.map(sourcesOf));
  for (const name of names.flat()) {
    const contents = await readFile(path.join(ROOT, name));
    hash.update(JSON.stringify([name, contents.length])).update(contents);
  }
  return hash.digest('hex');
}

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(path.join(ROOT, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`)
    .sort();
}
