import * as v from 'valibot';
import { OURS_FRESH } from '../../engines/ours.ts';
import { PLAIN } from '../../engines/plain_worker.ts';
import type { Stage } from '../../engines/stage.ts';
import type { Network } from '../../networks/network.ts';
import type { Settings } from '../../settings.ts';
import { load, type Requested } from '../load/load.ts';

/** Bytes of an isolate's wasm heap after it loaded a network. The heap grows and never shrinks. */
export interface LoadedHeap {
  readonly empty: number;
  readonly loaded: number;
}

/** The same after many requests. */
export interface HeapFigures extends LoadedHeap {
  readonly used: number;
  /** The minimum number of answers between the last two values. */
  readonly predictions: number;
  readonly tensorsBefore: number;
  readonly tensorsAfter: number;
}

interface Memory {
  readonly heapBytes: number;
  readonly tensors: number;
}

const MEMORY: Readonly<Record<string, (stage: Stage) => Promise<Memory>>> = {
  [OURS_FRESH]: ourMemory,
  [PLAIN]: plainMemory,
};

/** Makes both Workers load a network that neither has loaded yet. */
export async function heapAfterLoading(
  network: Network,
  stage: Stage,
): Promise<ReadonlyMap<string, LoadedHeap>> {
  const { heapBytes: empty } = await ourMemory(stage);
  // A request for a model's status loads it without a computation.
  await answer(new URL(`/v1/models/${network.name}`, stage.url(OURS_FRESH)));
  const { heapBytes: loaded } = await ourMemory(stage);
  const plain = await plainMemory(stage);
  return new Map([
    [OURS_FRESH, { empty, loaded }],
    [PLAIN, { empty: plain.emptyHeapBytes, loaded: plain.heapBytes }],
  ]);
}

export async function heapAfterPredictions(
  stage: Stage,
  loaded: ReadonlyMap<string, LoadedHeap>,
  requested: (engine: string) => Requested,
  { predictions, predictionsMs }: Settings,
): Promise<ReadonlyMap<string, HeapFigures>> {
  const figures = new Map<string, HeapFigures>();
  for (const [engine, heap] of loaded) {
    const memory = MEMORY[engine];
    if (memory === undefined) continue;
    const before = await memory(stage);
    const { latencies } = await load(requested(engine), {
      clients: 1,
      milliseconds: predictionsMs,
      requests: predictions,
    });
    const after = await memory(stage);
    figures.set(engine, {
      ...heap,
      used: after.heapBytes,
      predictions: latencies.length,
      tensorsBefore: before.tensors,
      tensorsAfter: after.tensors,
    });
  }
  return figures;
}

async function ourMemory(stage: Stage): Promise<Memory> {
  const text = await answer(new URL('/monitoring/prometheus/metrics', stage.url(OURS_FRESH)));
  const gauge = (name: string): number => {
    const value = new RegExp(`^edge_serving_${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`there is no metric ${name}`);
    return Number(value);
  };
  return { heapBytes: gauge('wasm_heap_bytes'), tensors: gauge('tensors') };
}

const PlainMemorySchema = v.object({
  heapBytes: v.number(),
  emptyHeapBytes: v.number(),
  tensors: v.number(),
});

async function plainMemory(stage: Stage): Promise<v.InferOutput<typeof PlainMemorySchema>> {
  return v.parse(PlainMemorySchema, JSON.parse(await answer(new URL('/memory', stage.url(PLAIN)))));
}

async function answer(url: URL): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
