import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const KERNELS = fileURLToPath(new URL('../../worker/runtime/kernels/', import.meta.url));
const SOURCES = path.join(KERNELS, 'assembly');

/** kernels.wasm is what the Worker imports; kernels_simd.wasm is for an engine without relaxed SIMD. */
export const BUILDS = [
  { output: path.join(KERNELS, 'dist/kernels.wasm'), features: 'simd,relaxed-simd' },
  { output: path.join(KERNELS, 'dist/kernels_simd.wasm'), features: 'simd' },
] as const;

/**
 * The memory is tfjs's own: the module must have no data, no allocator and no start function.
 * Not level 3: it moves the sums of one accumulator together, for which the operands of all of them have to wait in
 * more vector registers than there are.
 * See https://www.assemblyscript.org/compiler.html
 */
const OPTIONS = [
  '--importMemory',
  ...['--runtime', 'stub'],
  ...['--use', 'abort='],
  '--noAssert',
  '--optimize',
  ...['--optimizeLevel', '2', '--shrinkLevel', '0'],
];

/** Name of the custom section that says which sources a module was built from. */
export const DIGEST_SECTION = 'sources';

/** SHA-256 of everything that decides what is built. */
export async function sourceDigest(): Promise<string> {
  const hash = createHash('sha256');
  const compiler = await readFile(createRequire(import.meta.url).resolve('assemblyscript/package.json'));
  hash.update(compiler).update(JSON.stringify([OPTIONS, BUILDS.map(({ features }) => features)]));
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts')).sort();
  for (const name of names) {
    const contents = await readFile(path.join(SOURCES, name));
    hash.update(JSON.stringify([name, contents.length])).update(contents);
  }
  return hash.digest('hex');
}

/** The digest that a built file carries; undefined if there is no such file or it carries none. */
export async function builtDigest(output: string): Promise<string | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(output));
  } catch {
    return undefined;
  }
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), DIGEST_SECTION);
  return section && new TextDecoder().decode(section);
}

/** Builds what is missing or was built from other sources. @returns the files written */
export async function buildKernels(): Promise<string[]> {
  const digest = await sourceDigest();
  const written: string[] = [];
  for (const { output, features } of BUILDS) {
    if ((await builtDigest(output)) === digest) continue;
    const module = withSection(await compile(features), DIGEST_SECTION, digest);
    await mkdir(path.dirname(output), { recursive: true });
    // Whoever reads or builds at the same time sees one whole file or the other.
    const unfinished = `${output}.${process.pid}`;
    await writeFile(unfinished, module);
    await rename(unfinished, output);
    written.push(output);
  }
  return written;
}

async function compile(features: string): Promise<Uint8Array> {
  // The compiler takes a while to load, and mostly there is nothing to compile.
  const { default: compiler } = await import('assemblyscript/asc');
  let module: Uint8Array | undefined;
  const { error, stderr } = await compiler.main(
    ['index.ts', '--baseDir', SOURCES, '--outFile', 'kernels.wasm', '--enable', features, ...OPTIONS],
    {
      writeFile(_name: string, contents: Uint8Array | string) {
        if (typeof contents !== 'string') module = contents;
      },
    },
  );
  if (error) throw new Error(`the kernels do not compile: ${stderr.toString()}`, { cause: error });
  if (module === undefined) throw new Error('the compiler of the kernels wrote nothing');
  return module;
}

/** Appends a custom section: 0, the length of what follows, the length of the name, the name, the contents. */
function withSection(module: Uint8Array, name: string, contents: string): Uint8Array {
  const encoder = new TextEncoder();
  const nameBytes = encoder.encode(name);
  const body = [...unsigned(nameBytes.length), ...nameBytes, ...encoder.encode(contents)];
  return Uint8Array.from([...module, 0, ...unsigned(body.length), ...body]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
