import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { WorkerModule } from '../../../fixtures/edge/built_worker.ts';

/**
 * Reads memory and does nothing else with it than to add it up: no product reads its weights faster. Four streams of
 * whole cache lines are the fastest of one, two, four and eight, with and without loads ahead.
 */
const LOOP = `
export function read(bytes: usize): f32 {
  const quarter = bytes >>> 2;
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  let sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
  let second = quarter, third = second + quarter, fourth = third + quarter;
  for (let first: usize = 0; first < quarter; first += 64) {
    sum0 = f32x4.add(sum0, v128.load(first)), sum1 = f32x4.add(sum1, v128.load(first, 16));
    sum2 = f32x4.add(sum2, v128.load(first, 32)), sum3 = f32x4.add(sum3, v128.load(first, 48));
    sum4 = f32x4.add(sum4, v128.load(second)), sum5 = f32x4.add(sum5, v128.load(second, 16));
    sum6 = f32x4.add(sum6, v128.load(second, 32)), sum7 = f32x4.add(sum7, v128.load(second, 48));
    sum0 = f32x4.add(sum0, v128.load(third)), sum1 = f32x4.add(sum1, v128.load(third, 16));
    sum2 = f32x4.add(sum2, v128.load(third, 32)), sum3 = f32x4.add(sum3, v128.load(third, 48));
    sum4 = f32x4.add(sum4, v128.load(fourth)), sum5 = f32x4.add(sum5, v128.load(fourth, 16));
    sum6 = f32x4.add(sum6, v128.load(fourth, 32)), sum7 = f32x4.add(sum7, v128.load(fourth, 48));
    second += 64, third += 64, fourth += 64;
  }
  const left = f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3));
  const all = f32x4.add(left, f32x4.add(f32x4.add(sum4, sum5), f32x4.add(sum6, sum7)));
  return f32x4.extract_lane(all, 0) + f32x4.extract_lane(all, 1) + f32x4.extract_lane(all, 2) + f32x4.extract_lane(all, 3);
}
`;

const COMPILER = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
const OPTIONS = ['--runtime', 'stub', '--noAssert', '--optimizeLevel', '2', '--enable', 'simd'];

/** The loop reads four parts of whole cache lines. */
export const UNIT_BYTES = 4 * 64;

/** Compiles the loop to a module of a Worker: `read(bytes)` adds up that many bytes of its memory, a multiple of the unit. */
export async function readingLoop(): Promise<WorkerModule> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-loop-'));
  try {
    await writeFile(path.join(directory, 'loop.ts'), LOOP);
    const output = path.join(directory, 'loop.wasm');
    // As a process: the compiler's types would redefine those of Node.
    await promisify(execFile)(process.execPath, [COMPILER, 'loop.ts', '--outFile', output, ...OPTIONS], {
      cwd: directory,
    });
    return {
      type: 'CompiledWasm',
      path: 'reading_loop.wasm',
      contents: new Uint8Array(await readFile(output)),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
