import path from 'node:path';
import * as v from 'valibot';
import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';
import { ourVariables } from '../engines/ours.ts';
import { publishNetwork } from '../engines/publication.ts';
import { startStage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import type { Encoding } from '../runs/encoding.ts';
import { predictPath } from '../runs/paths.ts';
import { quantile } from '../statistics.ts';
import { pacedLoad } from './load/paced_load.ts';

/** The distances of the bucket: the additional milliseconds of each operation. */
const DISTANCES_MS = [0, 20, 100] as const;

const PER_SECOND = 500;

/** The figures of one distance, one for each round. */
export interface FarBucketFigures {
  /** Of the time of answers, milliseconds. */
  readonly p99: readonly number[];
  /** Reads of R2 per 1000 requests. */
  readonly reads: readonly number[];
}

interface Measured {
  readonly p99: number[];
  readonly reads: number[];
}

const emptyFigures = (): Measured => ({ p99: [], reads: [] });

/** The built Worker, with a bucket whose operations take longer and are counted. */
function farWorker(entry: string): string {
  return `
    import serving from './${entry}';
    let operations = 0;
    let far;
    function around(bucket, milliseconds) {
      const call = (name) => async (...parameters) => {
        operations++;
        if (milliseconds > 0) await scheduler.wait(milliseconds);
        return bucket[name](...parameters);
      };
      return Object.fromEntries(['get', 'head', 'put', 'delete', 'list'].map((name) => [name, call(name)]));
    }
    export default {
      fetch(request, env, context) {
        if (request.url.endsWith('/operations')) return Response.json(operations);
        far ??= { ...env, MODELS: around(env.MODELS, Number(env.DISTANCE_MS)) };
        return serving.fetch(request, far, context);
      },
    };
  `;
}

/** Sends PER_SECOND requests per second, in turns, to isolates with the default lease and buckets at each distance. */
export async function measureFarBuckets(
  network: Network,
  built: readonly WorkerModule[],
  encoding: Encoding,
  { rounds, milliseconds }: { readonly rounds: number; readonly milliseconds: number },
): Promise<ReadonlyMap<number, FarBucketFigures>> {
  const [entry] = built;
  if (entry === undefined) throw new Error('the Worker has no modules');
  const far: WorkerModule = {
    type: 'ESModule',
    path: path.join(path.dirname(entry.path), 'far_bucket.js'),
    contents: farWorker(path.basename(entry.path)),
  };
  const nameOf = (distance: number): string => `far-${distance}`;
  const stage = await startStage(
    network,
    DISTANCES_MS.map((distance) => ({
      name: nameOf(distance),
      modules: [far, ...built],
      variables: { ...ourVariables(1000), DISTANCE_MS: String(distance) },
    })),
  );
  try {
    await publishNetwork(stage.store, network, '1.0.0');
    const body = encoding.encodeRequest(network);
    const ask = (distance: number, time: number): Promise<number[]> => {
      const url = new URL(predictPath(network.name), stage.url(nameOf(distance)));
      const requested = { url, headers: encoding.headers, body, processId: stage.processId };
      return pacedLoad(requested, { perSecond: PER_SECOND, milliseconds: time });
    };
    const operations = async (distance: number): Promise<number> => {
      const response = await fetch(new URL('/operations', stage.url(nameOf(distance))));
      return v.parse(v.number(), await response.json());
    };
    for (const distance of DISTANCES_MS) await ask(distance, milliseconds);
    const measured = new Map(DISTANCES_MS.map((distance) => [distance, emptyFigures()]));
    for (let round = 0; round < rounds; round++) {
      for (const [distance, { p99, reads }] of measured) {
        // After a pause, the first request reads the pointer before it is answered.
        await ask(distance, 200);
        const before = await operations(distance);
        const latencies = await ask(distance, milliseconds);
        reads.push((1000 * ((await operations(distance)) - before)) / latencies.length);
        p99.push(quantile(latencies, 0.99));
      }
    }
    return measured;
  } finally {
    await stage.stop();
  }
}
