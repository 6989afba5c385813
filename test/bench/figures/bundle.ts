import { gzipSync } from 'node:zlib';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';
import { childProcesses, processorTime } from '../processor_time.ts';
import { pairedDifference, type Summary } from '../statistics.ts';
import { inRounds } from './rounds.ts';

export interface BundleFigures {
  readonly javascriptBytes: number;
  readonly wasmBytes: number;
  readonly gzipBytes: number;
  /** Milliseconds that an isolate takes to compile and evaluate them. */
  readonly startup: Summary;
}

interface Module {
  readonly type: WorkerModule['type'] | 'Data';
  readonly path: string;
  readonly contents: WorkerModule['contents'];
}

/** The number of isolates that are started at once, so that their time is large compared with the start of workerd. */
const COPIES = 4;

/**
 * Measures the size of the deployed Worker and the cost of its start: copies of the Worker against the same number of
 * Workers of the same size that do nothing.
 */
export async function measureBundle(
  built: readonly WorkerModule[],
  repetitions: number,
): Promise<BundleFigures> {
  const bytes = (type: WorkerModule['type']) =>
    built.reduce((sum, module) => sum + (module.type === type ? Buffer.byteLength(module.contents) : 0), 0);
  // The same bytes, which workerd receives in the same way and does not evaluate.
  const inert: Module[] = [
    { type: 'ESModule', path: 'index.js', contents: 'export default { fetch: () => new Response() }' },
    ...built.map(({ contents }, index): Module => ({ type: 'Data', path: `${index}.bin`, contents })),
  ];
  const subjects = new Map<string, readonly Module[]>([
    ['built', built],
    ['inert', inert],
  ]);
  const rounds = await inRounds(subjects, repetitions, startAll);
  return {
    javascriptBytes: bytes('ESModule'),
    wasmBytes: bytes('CompiledWasm'),
    gzipBytes: built.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0),
    startup: pairedDifference(
      (rounds.get('built') ?? []).map((milliseconds) => milliseconds / COPIES),
      (rounds.get('inert') ?? []).map((milliseconds) => milliseconds / COPIES),
    ),
  };
}

/** Milliseconds of workerd's processor time, or of wall time until it is ready if the system does not report that. */
async function startAll(modules: readonly Module[]): Promise<number> {
  const started = performance.now();
  const before = await childProcesses('workerd');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: Array.from({ length: COPIES }, (_, copy) => ({
        name: `copy-${copy}`,
        modules: [...modules],
        modulesRoot: '/',
        compatibilityDate: '2026-11-01',
      })),
    }),
  );
  await miniflare.ready;
  const elapsed = performance.now() - started;
  const processId = [...(await childProcesses('workerd'))].find((candidate) => !before.has(candidate));
  const onProcessor = processId && (await processorTime(processId));
  await miniflare.dispose();
  return onProcessor ?? elapsed;
}
