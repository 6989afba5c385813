import { join } from 'node:path';
import { changePointerIn } from '../../worker/registry/pointer/change/change_pointer.ts';
import { POINTER_CHANGES } from '../../worker/registry/pointer/change/table.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { PointerTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { canaryTransition, shadowTransition } from '../../worker/registry/pointer/rollout_transitions.ts';
import { blobKey } from '../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { GRAPH_MODEL, writeFiles } from '../fixtures/commands/model_directories.ts';
import { repeated } from '../fixtures/commands/planned_models.ts';
import { publish } from '../fixtures/commands/publishing.ts';
import { ask, readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { writeGraph } from '../fixtures/models/write_graph.ts';

/** A metric with the names of its labels. */
export type MetricLabels = ReadonlyMap<string, ReadonlySet<string>>;

/** A Worker whose bucket cannot be read between two requests to it. */
const AROUND = `
  import serving from './index.js';
  let isDown = false;
  let around;
  export default {
    fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/test/')) {
        isDown = pathname === '/test/down';
        return new Response();
      }
      const get = async (...parameters) => {
        if (isDown) throw new Error('R2 does not answer');
        return env.MODELS.get(...parameters);
      };
      around ??= { ...env, MODELS: { get } };
      return serving.fetch(request, around, context);
    },
  };
`;

/** Several versions of the sample fit, and not many. */
const VARIABLES = { CANARY_MIN_REQUESTS: '6', MEMORY_BUDGET_MB: '1' };

/**
 * Makes everything happen in one isolate that its metrics count, except what breaks the runtime, and returns its
 * metrics.
 */
export async function exercisedMetrics(folder: string): Promise<MetricLabels> {
  const edge = await startEdge({ isolates: 1, around: AROUND, variables: VARIABLES });
  try {
    const worker = new ExercisedWorker(edge, folder);
    await worker.failToLoad();
    await worker.abortCanary();
    await worker.compareShadow();
    // Beside versions that fill the memory, a shadow would not be loaded. What follows stays in memory.
    await worker.evict();
    await worker.computeWithoutPlan();
    await worker.ignoreStoredProof();
    await worker.guessWarmup();
    await worker.loseStorage();
    await worker.answerUnderLease();
    return labelsByName([...(await readMetrics(edge.isolates[0])).keys()]);
  } finally {
    await edge.stop();
  }
}

/** @param series as Prometheus writes them: `name{label="value"}` */
function labelsByName(series: readonly string[]): MetricLabels {
  const labels = new Map<string, Set<string>>();
  for (const each of series) {
    const [, name = '', pairs = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(each) ?? [];
    const known = labels.get(name) ?? new Set();
    labels.set(name, known);
    for (const [, label = ''] of pairs.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label);
  }
  return labels;
}

class ExercisedWorker {
  readonly #edge: Edge;
  readonly #folder: string;
  #clients = 0;

  constructor(edge: Edge, folder: string) {
    this.#edge = edge;
    this.#folder = folder;
  }

  async failToLoad(): Promise<void> {
    const { store } = this.#edge;
    await this.#publishSample('failing');
    await this.#predict('failing');
    await publishDirectory(store, await this.#writeHalf('broken', [3, 4]), 'failing', '1.1.0');
    const read = await readManifest(store, 'failing', '1.1.0');
    if (read.kind !== 'found') throw new Error(read.kind);
    await store.delete([blobKey(read.manifest.content.blobs[1]?.sha256 ?? '')]);
    const { fallback } = await this.#predict('failing');
    if (fallback === null) throw new Error('the broken version was loaded');
  }

  async abortCanary(): Promise<void> {
    await this.#publishSample('tried');
    const broken = await this.#writeHalf('not_a_number', [0.5, Number.NaN]);
    await publishDirectory(this.#edge.store, broken, 'tried', '1.1.0', { flip: false });
    await this.#change('tried', canaryTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    for (let request = 0; request < 6; request++) await this.#predict('tried');
  }

  async compareShadow(): Promise<void> {
    await this.#publishSample('shadowed');
    await publishDirectory(this.#edge.store, `${SAMPLES}/half_plus_two/1.1.0`, 'shadowed', '1.1.0', {
      flip: false,
    });
    await this.#change('shadowed', shadowTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    await this.#until('shadow_requests_total', 'outcome="compared"', () => this.#predict('shadowed'));
  }

  /** Its version was published for another Worker. */
  async ignoreStoredProof(): Promise<void> {
    const rehearsal = {
      kind: 'rehearsed' as const,
      at: changeRecord().at,
      worker: 'another',
      figures: { loadMs: 1, firstMs: null, medianMs: null, heapBytes: 1, emptyHeapBytes: 1 },
      golden: { examples: 0, largestDifference: null },
      proofs: { runtime: '0'.repeat(64), shapes: [] },
    };
    const rehearse = async () => ({
      kind: 'done' as const,
      rehearsal,
      plans: new Map(),
      current: undefined,
      notes: [],
    });
    await publish(this.#edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'rehearsed', {}, rehearse);
    await this.#until('plan_proofs_total', 'model="rehearsed"', () => this.#predict('rehearsed'));
  }

  async computeWithoutPlan(): Promise<void> {
    await publishDirectory(this.#edge.store, await repeated(), 'repeated', '1');
    let times = 1;
    await this.#until('unplanned', 'model="repeated"', () =>
      this.#predict('repeated', { inputs: { x: [1, 2, 3], times: [++times] } }),
    );
  }

  /** A remainder by zero, which the guessed warmup asks for, is refused. */
  async guessWarmup(): Promise<void> {
    const integer = { T: { type: 'DT_INT32' } };
    const directory = await writeGraph(
      [{ name: 'x', dtype: 'DT_INT32', shape: [-1] }],
      [{ name: 'y', op: 'FloorMod', input: ['x', 'x'], attr: integer }],
      [{ name: 'y', dtype: 'DT_INT32', shape: [-1] }],
    );
    await publishDirectory(this.#edge.store, directory, 'guessed', '1');
    await this.#predict('guessed', { instances: [7] });
  }

  async loseStorage(): Promise<void> {
    await this.#publishSample('stale');
    await this.#predict('stale');
    await ask(this.#edge.isolates[0], '/test/down');
    const { stalePointer } = await this.#predict('stale');
    await ask(this.#edge.isolates[0], '/test/up');
    if (stalePointer === null) throw new Error('the pointer could be read');
  }

  async evict(): Promise<void> {
    for (let count = 0; !(await this.#has('unloads_total', '')); count++) {
      await this.#publishSample(`filler_${count}`);
      await this.#predict(`filler_${count}`);
    }
  }

  async answerUnderLease(): Promise<void> {
    await this.#publishSample('leased');
    const change = changePointerIn(this.#edge.store, { lease: { ms: 600_000, clockSkewMs: 0 }, wait });
    await change('leased', POINTER_CHANGES.lease.of({ ms: 600_000 }), changeRecord());
    await this.#predict('leased');
  }

  #predict(model: string, body: object = { instances: [2, 4] }) {
    this.#clients++;
    const headers = { 'cf-connecting-ip': `192.0.2.${this.#clients % 250}` };
    return ask(this.#edge.isolates[0], `/v1/models/${model}:predict`, body, { headers });
  }

  #publishSample(model: string) {
    return publishDirectory(this.#edge.store, `${SAMPLES}/half_plus_two/1.0.0`, model, '1.0.0');
  }

  /** y = factor * x + summand */
  #writeHalf(name: string, weights: readonly [factor: number, summand: number]): Promise<string> {
    return writeFiles(join(this.#folder, name), {
      'model.json': GRAPH_MODEL,
      'weights.bin': new Uint8Array(Float32Array.from(weights).buffer),
    });
  }

  async #change(model: string, transition: PointerTransition): Promise<void> {
    const update = await updatePointer(this.#edge.store, model, transition, { wait });
    if (update.kind !== 'changed') throw new Error(JSON.stringify(update));
  }

  async #has(metric: string, labels: string): Promise<boolean> {
    const names = [...(await readMetrics(this.#edge.isolates[0])).keys()];
    return names.some((name) => name.startsWith(`edge_serving_${metric}`) && name.includes(labels));
  }

  async #until(metric: string, labels: string, act: () => Promise<unknown>): Promise<void> {
    while (!(await this.#has(metric, labels))) await act();
  }
}
