import * as v from 'valibot';
import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';
import { bundleWorker } from '../engines/bundle_worker.ts';
import { ourVariables } from '../engines/ours.ts';
import { publishNetwork } from '../engines/publication.ts';
import { startStage, type WorkerSpecification } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import type { Encoding } from '../runs/encoding.ts';
import { predictPath } from '../runs/paths.ts';
import { rehearsePlans } from './rehearse_plans.ts';
import { inTimedRounds, type Timed, type TimedRounds } from './rounds.ts';

/** Milliseconds until the first answer of new isolates, by the kind of Worker. */
export interface ColdStartFigures {
  readonly firstAnswer: TimedRounds;
  /** Inside an isolate: by part, one figure per isolate. */
  readonly parts: ReadonlyMap<string, readonly number[]>;
}

const NumbersSchema = v.record(v.string(), v.number());
export const COLD = {
  /** Without a warmup, as a version that was published without a rehearsal. */
  ours: 'ours',
  /** With a warmup of zeros and the proofs of its plans, as after `npm run publish`. */
  published: 'ours, published',
  plain: 'plain',
  read: 'read',
  hash: 'read and hash',
} as const;
const REHEARSAL = 'rehearsal';

/**
 * Each sample is a new isolate of one workerd: a separate Worker with the same modules. Its script is evaluated when
 * workerd starts, which is a separate figure. V8 may share compiled WebAssembly among the isolates of a process, as in
 * production.
 */
export async function measureColdStarts(
  network: Network,
  built: readonly WorkerModule[],
  encoding: Encoding,
  samples: number,
): Promise<ColdStartFigures> {
  const readAndHash = await bundleWorker('read_and_hash');
  const published = { ...network, name: `${network.name}-published` };
  const kinds: Record<string, Omit<WorkerSpecification, 'name'> & { path: string }> = {
    [COLD.ours]: { modules: built, variables: ourVariables(0), path: predictPath(network.name) },
    [COLD.published]: { modules: built, variables: ourVariables(0), path: predictPath(published.name) },
    [COLD.plain]: { modules: await bundleWorker('plain_tfjs'), path: '/predict' },
    [COLD.read]: { modules: readAndHash, path: '/read' },
    [COLD.hash]: { modules: readAndHash, path: '/hash' },
    parts: { modules: await bundleWorker('cold_parts'), path: '/' },
  };
  const workerName = (kind: string, sample: number) => `${kind.replaceAll(/\W+/g, '-')}-${sample}`;
  // One more of each kind, because the first isolate also bears the costs that a process has once.
  const workers = Object.entries(kinds).flatMap(([kind, { modules, variables }]) =>
    Array.from({ length: samples + 1 }, (_, sample) => ({
      name: workerName(kind, sample),
      modules,
      ...(variables ? { variables } : {}),
    })),
  );
  const rehearsing = { ...ourVariables(0), PLAN_PROOFS: 'shown' };
  const stage = await startStage(network, [
    ...workers,
    { name: REHEARSAL, modules: built, variables: rehearsing },
  ]);
  try {
    await publishNetwork(stage.store, network, '1.0.0');
    const request = Buffer.from(encoding.encodeRequest(network));
    const isolate = stage.url(REHEARSAL);
    const rehearsed = await rehearsePlans(isolate, () =>
      fetch(new URL(predictPath(network.name), isolate), {
        method: 'POST',
        headers: { ...encoding.headers },
        body: request,
      }).then((response) => response.arrayBuffer()),
    );
    await publishNetwork(stage.store, published, '1.0.0', { flip: true, warmup: true, ...rehearsed });
    const parts = new Map<string, number[]>();
    const next = new Map<string, number>();
    const ask = async (kind: string): Promise<number> => {
      const sample = next.get(kind) ?? 0;
      next.set(kind, sample + 1);
      const url = new URL(kinds[kind]?.path ?? '/', stage.url(workerName(kind, sample)));
      const body = kind === 'parts' ? network.input.values : request;
      const started = performance.now();
      const response = await fetch(url, { method: 'POST', headers: { ...encoding.headers }, body });
      const text = await response.text();
      const milliseconds = performance.now() - started;
      if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
      if (kind === 'parts' && sample > 0) {
        for (const [part, value] of Object.entries(v.parse(NumbersSchema, JSON.parse(text)))) {
          parts.set(part, [...(parts.get(part) ?? []), value]);
        }
      }
      return milliseconds;
    };
    const { processId } = stage;
    const kindOnly = (names: readonly string[]) => new Map(names.map((kind) => [kind, { processId }]));
    const askTimed = async (_: unknown, kind: string): Promise<Timed> => {
      return { figure: await ask(kind), of: (milliseconds) => milliseconds };
    };
    const answering = kindOnly(Object.values(COLD));
    await inTimedRounds(answering, 1, askTimed);
    const firstAnswer = await inTimedRounds(answering, samples, askTimed);
    await inTimedRounds(kindOnly(['parts']), samples + 1, askTimed);
    return { firstAnswer, parts };
  } finally {
    await stage.stop();
  }
}
