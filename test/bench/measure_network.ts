import type { WorkerModule } from '../fixtures/edge/built_worker.ts';
import type { Engine, OpenNetwork } from './engines/engine.ts';
import { ONNX_NODE } from './engines/node_server.ts';
import { OURS, OURS_FRESH, openRuntimeBeside, runtimeBeside } from './engines/ours.ts';
import { type Stage, startStage } from './engines/stage.ts';
import { checkAgreement } from './figures/agreement.ts';
import { measureColdStarts } from './figures/cold_start.ts';
import { measureCompute } from './figures/compute.ts';
import { measureFarBuckets } from './figures/far_bucket.ts';
import { FlipsNotMeasuredError, measureFlips } from './figures/flip_stall.ts';
import type { Requested } from './figures/load/load.ts';
import { measureCycles } from './figures/memory/cycles.ts';
import { heapAfterLoading, heapAfterPredictions } from './figures/memory/heap.ts';
import { openReading, READING, readingWorker } from './figures/memory/reading.ts';
import { measureServiceBinding } from './figures/service_binding.ts';
import { measureServing } from './figures/serving.ts';
import { measureServingLayer } from './figures/serving_layer.ts';
import type { Network } from './networks/network.ts';
import type { NetworkResults } from './results.ts';
import { binary, type Encoding } from './runs/encoding.ts';
import { type Figure, isMeasured, type Settings } from './settings.ts';

export interface Bench {
  readonly engines: readonly Engine[];
  /** The built Worker. */
  readonly built: readonly WorkerModule[];
  readonly encoding: Encoding;
  readonly settings: Settings;
  readonly onProgress: (message: string) => void;
}

/** Measures all figures of one network with all engines. */
export async function measureNetwork(network: Network, bench: Bench): Promise<NetworkResults> {
  const { engines, built, encoding, settings, onProgress } = bench;
  const { name, description, weightBytes } = network;
  const { beside } = network;
  const workers = engines.flatMap((engine) => engine.workers);
  if (beside !== undefined) workers.push(await runtimeBeside(beside));
  if (network.waitsForWeights) workers.push(await readingWorker(network));
  const stage = await startStage(network, workers);

  /** Measures a figure, or leaves it out of the results and says why. */
  const figure = async <Key extends Figure>(
    key: Key,
    measure: () => Promise<NetworkResults[Key]>,
  ): Promise<Partial<NetworkResults>> => {
    if (!isMeasured(settings, key, name)) return {};
    onProgress(`${name}: ${key}`);
    try {
      return { [key]: await measure() };
    } catch (error) {
      if (!(error instanceof FlipsNotMeasuredError)) throw error;
      onProgress(error.message);
      return {};
    }
  };

  try {
    const opened = new Map<string, OpenNetwork>();
    for (const engine of engines) {
      const open = await engine.open(network, stage);
      if (open !== undefined) opened.set(engine.name, open);
    }
    const body = encoding.encodeRequest(network);
    const requested = (engine: string): Requested => {
      const { predict: url, processId } = opened.get(engine) ?? {};
      if (url === undefined) throw new Error(`${engine} does not serve ${name}`);
      return { url, headers: encoding.headers, body, processId };
    };
    const floors = engines.filter(({ isFloor }) => isFloor).map((engine) => engine.name);
    const inferring = new Map<string, OpenNetwork>();
    for (const [engine, open] of opened) {
      if (open.infer !== undefined) inferring.set(engine, { ...open, predict: open.infer });
    }
    const withoutFloors = (engines: ReadonlyMap<string, OpenNetwork>) =>
      new Map([...engines].filter(([engine]) => !floors.includes(engine)));

    // First, while nothing has been computed yet.
    const loadedHeap = await heapAfterLoading(network, stage);
    onProgress(`${name}: agreement`);
    const agreement = await checkAgreement(network, withoutFloors(opened), encoding);
    await checkAgreement(network, withoutFloors(inferring), binary);
    onProgress(`${name}: compute`);
    const computing = network.waitsForWeights ? new Map([...opened, [READING, openReading(stage)]]) : opened;
    const compute = await measureCompute(
      network,
      computing,
      settings,
      await openBeside(beside, engines, stage),
    );
    const heap = await figure('heap', () => heapAfterPredictions(stage, loadedHeap, requested, settings));
    return {
      name,
      description,
      weightBytes,
      agreement,
      compute,
      ...(await figure('serving', () => measureServing(network, opened, floors, encoding, settings))),
      ...(await figure('binaryServing', () => measureServing(network, inferring, floors, binary, settings))),
      ...(await figure('servingLayer', () => measureServingLayer(network, stage, encoding, settings))),
      ...(await figure('serviceBinding', () => measureServiceBinding(network, stage, settings))),
      ...heap,
      ...(await figure('flips', () =>
        measureFlips(network, stage, requested(OURS), {
          flips: settings.flips[name] ?? settings.flips.others,
          stagedFlips: settings.stagedFlips,
          heap: heap.heap?.get(OURS_FRESH),
        }),
      )),
      ...(await figure('farBuckets', () =>
        measureFarBuckets(network, built, encoding, {
          rounds: settings.rounds,
          milliseconds: settings.farBucketMs,
        }),
      )),
      ...(await figure('cycles', () => measureCycles(network, stage, settings.cycles))),
      ...(await figure('coldStart', () => measureColdStarts(network, built, encoding, settings.coldStarts))),
    };
  } finally {
    await stage.stop();
  }
}

/** The engines with which the network beside another one is computed. */
async function openBeside(
  beside: Network | undefined,
  engines: readonly Engine[],
  stage: Stage,
): Promise<ReadonlyMap<string, OpenNetwork>> {
  const opened = new Map<string, OpenNetwork>();
  if (beside === undefined) return opened;
  opened.set(OURS, openRuntimeBeside(stage));
  const native = await engines.find(({ name }) => name === ONNX_NODE)?.open(beside, stage);
  if (native !== undefined) opened.set(ONNX_NODE, native);
  return opened;
}
