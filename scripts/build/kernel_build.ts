import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';
import { runtimeSourceDigest } from './runtime_sources.ts';
import { sectionText, withoutLastSection, withSection } from './wasm_section.ts';

const WORKER = fileURLToPath(new URL('../../worker/', import.meta.url));
const KERNELS = path.join(WORKER, 'runtime/kernels');
const JSON_CODEC = path.join(WORKER, 'http/json');

/** A WebAssembly module with its sources and compiler options. */
export interface Build {
  readonly output: string;
  /** The folder whose index.ts defines the exports. */
  readonly sources: string;
  /** See https://www.assemblyscript.org/compiler.html */
  readonly options: readonly string[];
}

const OPTIONS = ['--runtime', 'stub', '--use', 'abort=', '--noAssert', '--optimize', '--shrinkLevel', '0'];

/**
 * The module uses tfjs's memory and must have no data, no allocator and no start function. The optimization level is
 * not 3, which reorders the sums of one accumulator so that their operands need more vector registers than exist.
 */
const KERNEL_OPTIONS = [...OPTIONS, '--importMemory', '--optimizeLevel', '2'];

const kernels = (name: string, features: string): Build => ({
  output: path.join(KERNELS, 'dist', name),
  sources: path.join(KERNELS, 'assembly'),
  options: [...KERNEL_OPTIONS, '--enable', features],
});

/** The Worker imports kernels.wasm. kernels_simd.wasm is for an engine without relaxed SIMD. */
export const KERNEL_BUILDS: readonly [Build, Build] = [
  kernels('kernels.wasm', 'simd,relaxed-simd'),
  kernels('kernels_simd.wasm', 'simd'),
];

/** Five pages of 64 KiB: a block of text, its values, and the module's tables. */
const NUMBER_LISTS: Build = {
  output: path.join(JSON_CODEC, 'dist/number_lists.wasm'),
  sources: path.join(JSON_CODEC, 'assembly'),
  options: [
    ...OPTIONS,
    ...['--optimizeLevel', '3'],
    ...['--enable', 'simd'],
    ...['--initialMemory', '5', '--maximumMemory', '5'],
  ],
};

export const BUILDS: readonly Build[] = [...KERNEL_BUILDS, NUMBER_LISTS];

/** The name of the custom section that identifies a module's sources. */
const DIGEST_SECTION = 'sources';
/** The name of the last custom section of the kernels, which identifies the sources of the whole runtime. */
const RUNTIME_SECTION = 'runtime';

/** Returns the SHA-256 of all inputs of a build. */
export async function sourceDigest({ sources, options }: Build): Promise<string> {
  const hash = createHash('sha256');
  const compiler = await readFile(createRequire(import.meta.url).resolve('assemblyscript/package.json'));
  hash.update(compiler).update(JSON.stringify(options));
  for (const name of await sourceFiles(sources)) {
    const contents = await readFile(path.join(sources, name));
    hash.update(JSON.stringify([name, contents.length])).update(contents);
  }
  return hash.digest('hex');
}

/** Returns the paths of the AssemblyScript files of a folder and its subfolders, relative to the folder. */
export async function sourceFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll(path.sep, '/'))
    .sort();
}

/** Returns the digest in a built file, or undefined if the file or the digest is missing. */
export async function builtDigest(output: string): Promise<string | undefined> {
  return (await readBuilt(output))?.sources;
}

/** Returns the digest of the runtime's sources in a built file, or undefined if the file or the digest is missing. */
export async function builtRuntimeDigest(output: string): Promise<string | undefined> {
  return (await readBuilt(output))?.runtime;
}

interface Built {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sources: string | undefined;
  readonly runtime: string | undefined;
}

async function readBuilt(output: string): Promise<Built | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(output));
  } catch {
    return undefined;
  }
  const module = new WebAssembly.Module(bytes);
  return {
    bytes,
    sources: sectionText(module, DIGEST_SECTION),
    runtime: sectionText(module, RUNTIME_SECTION),
  };
}

/**
 * Builds modules that are missing or out of date.
 * @returns the files written
 */
export async function buildKernels(): Promise<string[]> {
  const written: string[] = [];
  const runtime = await runtimeSourceDigest();
  for (const build of BUILDS) {
    const { output } = build;
    const sources = await sourceDigest(build);
    const built = await readBuilt(output);
    const states = build === NUMBER_LISTS ? undefined : runtime;
    if (built?.sources === sources && built.runtime === states) continue;
    const module =
      built?.sources === sources
        ? withoutRuntime(built)
        : withSection(await compile(build), DIGEST_SECTION, sources);
    await mkdir(path.dirname(output), { recursive: true });
    // Another process that reads or builds at the same time sees one whole file or the other.
    await writeWholeFile(
      output,
      states === undefined ? module : withSection(module, RUNTIME_SECTION, states),
      { replace: true },
    );
    written.push(output);
  }
  return written;
}

function withoutRuntime({ bytes, runtime }: Built): Uint8Array {
  return runtime === undefined ? bytes : withoutLastSection(bytes, RUNTIME_SECTION, runtime);
}

async function compile({ output, sources, options }: Build): Promise<Uint8Array> {
  // The compiler loads slowly, and most runs compile nothing.
  const { default: compiler } = await import('assemblyscript/asc');
  let module: Uint8Array | undefined;
  const { error, stderr } = await compiler.main(
    ['index.ts', '--baseDir', sources, '--outFile', 'module.wasm', ...options],
    {
      writeFile(_name: string, contents: Uint8Array | string) {
        if (typeof contents !== 'string') module = contents;
      },
    },
  );
  const name = path.basename(output);
  if (error) throw new Error(`${name} does not compile: ${stderr.toString()}`, { cause: error });
  if (module === undefined) throw new Error(`the compiler wrote no ${name}`);
  return module;
}
