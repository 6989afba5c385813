import { BARE, BARE_WITH_READ } from './engines/bare_worker.ts';
import { ONNX_NODE, ONNX_WEB, TFJS_NODE } from './engines/node_server.ts';
import { OURS, OURS_FRESH, OURS_ONNX } from './engines/ours.ts';
import { PLAIN } from './engines/plain_worker.ts';
import { CODEC } from './figures/codec.ts';
import { COLD } from './figures/cold_start.ts';
import { besideName } from './figures/compute.ts';
import { TFLITE_WEB } from './figures/integers/tflite_compute.ts';
import { isFlat } from './figures/memory/cycles.ts';
import { READING } from './figures/memory/reading.ts';
import { comparable, type TimedRounds } from './figures/rounds.ts';
import { CLIENTS } from './figures/serving.ts';
import type { NetworkResults, Results } from './results.ts';
import { pairedRatio, type Summary, summarize } from './statistics.ts';

/** A figure and its target. Ratios are within one run, because figures of different runs cannot be compared. */
export interface Target {
  readonly name: string;
  /** Null if this run did not measure it. */
  readonly value: number | null;
  readonly target: string;
  readonly met: boolean | null;
  /** The range of the value over the rounds, if there are rounds. A target within this range may be met by chance. */
  readonly spread?: { readonly p10: number; readonly p90: number };
}

type Bound = { readonly atMost: number } | { readonly atLeast: number };

const MEBIBYTE = 2 ** 20;
const MOBILENET = { name: 'mobilenet-v2' };

export function judge(results: Results): Target[] {
  const network = (name: string) => results.networks.find((candidate) => candidate.name === name);
  const small = network('dense-small');
  const mobilenet = network(MOBILENET.name);
  const integers = network('mobilenet-v2-int8');
  const heap = mobilenet?.heap?.get(OURS_FRESH);
  const integerHeap = integers?.heap?.get(OURS_FRESH);
  const flips = mobilenet?.flips;
  const [near, far] = [small?.farBuckets?.get(0), small?.farBuckets?.get(100)];
  const cycled = results.networks.flatMap(({ cycles }) => (cycles === undefined ? [] : [isFlat(cycles)]));
  return [
    target(
      'MobileNetV2 compute, ours / tfjs-backend-wasm in a Worker',
      { atMost: 0.5 },
      ratio(mobilenet?.compute, OURS, PLAIN),
    ),
    target(
      'MobileNetV2 compute, ours / onnxruntime-node, one thread',
      { atMost: 1.5 },
      ratio(mobilenet?.compute, OURS, ONNX_NODE),
    ),
    target(
      'MobileNetV2 compute, ours from ONNX / ours from tfjs',
      { atMost: 1.1 },
      ratio(mobilenet?.compute, OURS_ONNX, OURS),
    ),
    target(
      'MobileNetV2 int8 compute / float32, both ours',
      { atMost: 0.4 },
      ratio(integers?.compute, OURS, besideName(OURS, MOBILENET)),
    ),
    target(
      'MobileNetV2 int8 compute, ours / float32, onnxruntime-node, one thread',
      { atMost: 1 },
      ratio(integers?.compute, OURS, besideName(ONNX_NODE, MOBILENET)),
    ),
    target(
      'MobileNetV2 int8 compute, ours / onnxruntime-web',
      { atMost: 0.7 },
      ratio(integers?.compute, OURS, ONNX_WEB),
    ),
    target(
      'MobileNetV2 int8 compute, ours from ONNX / ours from tfjs',
      { atMost: 1.1 },
      ratio(integers?.compute, OURS_ONNX, OURS),
    ),
    target(
      "quantized MobileNetV2 in TensorFlow Lite's format, ours / its own WebAssembly runtime, one thread",
      { atMost: 0.7 },
      ratio(results.tfliteCompute, OURS, TFLITE_WEB),
    ),
    target(
      'JSON of 1 x 224 x 224 x 3, decoding and encoding / MobileNetV2 compute',
      { atMost: 1 },
      ratioOfMedians(results.codec?.both.get(CODEC.ours), computed(mobilenet, OURS)),
    ),
    ...['transformer', 'audio', 'dense-wide'].map((name) =>
      target(
        `${name} compute, ours / the better of tfjs and onnxruntime-web`,
        { atMost: 0.7 },
        ratioToBest(network(name)?.compute, OURS, [PLAIN, TFJS_NODE, ONNX_WEB]),
      ),
    ),
    // If this is not met, memory does not permit to meet the one above.
    target(
      'dense-wide, reading its weights alone / the better of tfjs and onnxruntime-web',
      { atMost: 0.7 },
      ratioToBest(network('dense-wide')?.compute, READING, [PLAIN, TFJS_NODE, ONNX_WEB]),
    ),
    target(
      'dense-wide int8 compute, ours / float32, onnxruntime-node, one thread',
      { atMost: 0.5 },
      ratioOfMedians(computed(network('dense-wide-int8'), OURS), computed(network('dense-wide'), ONNX_NODE)),
    ),
    target(
      'minilm int8 compute, ours / float32, the better of tfjs and onnxruntime-web',
      { atMost: 0.5 },
      ratioToBestOfOthers(network('minilm-int8'), network('minilm'), [PLAIN, TFJS_NODE, ONNX_WEB]),
    ),
    ...CLIENTS.map((clients) =>
      target(
        `dense 4-16-3, requests/s of ${clients} clients, ours (default, lease 1000) / bare Worker`,
        { atLeast: 0.85 },
        ratio(small?.serving?.throughput.get(clients), OURS, BARE),
      ),
    ),
    target(
      'dense 4-16-3, requests/s, ours (lease 0) / bare Worker with one R2 read',
      { atLeast: 0.85 },
      ratio(small?.serving?.throughput.get(64), OURS_FRESH, BARE_WITH_READ),
    ),
    target(
      'serving layer alone, microseconds per request (dense 4-16-3)',
      { atMost: 10 },
      small?.servingLayer?.alone,
    ),
    target(
      `MobileNetV2 wasm heap over the empty backend after ${heap?.predictions ?? 1000} predictions, MiB`,
      { atMost: 24 },
      heap && (heap.used - heap.empty) / MEBIBYTE,
    ),
    target(
      'MobileNetV2 int8 wasm heap over the empty backend after the same, MiB',
      { atMost: 5 },
      integerHeap && (integerHeap.used - integerHeap.empty) / MEBIBYTE,
    ),
    target(
      'MobileNetV2 cold start, ours / reading and hashing the same bytes',
      { atMost: 2 },
      ratio(mobilenet?.coldStart?.firstAnswer, COLD.ours, COLD.hash),
    ),
    target(
      'the same, published with a warmup and the proof of its plan',
      { atMost: 2 },
      ratio(mobilenet?.coldStart?.firstAnswer, COLD.published, COLD.hash),
    ),
    target(
      'MobileNetV2 int8 cold start, published like that / reading and hashing the same bytes',
      { atMost: 1.5 },
      ratio(integers?.coldStart?.firstAnswer, COLD.published, COLD.hash),
    ),
    ...(['p99', 'max'] as const).map((figure) =>
      target(
        `MobileNetV2, ${figure} of answers around publishes and rollbacks / steady`,
        { atMost: 1.2 },
        flips &&
          Math.max(flips.tails.publish[figure], flips.tails.rollback[figure]) / flips.tails.steady[figure],
      ),
    ),
    target(
      'R2 operations per 1000 requests at 500 requests/s (default)',
      { atMost: 4 },
      near && summarize(near.reads),
    ),
    target(
      'p99 at 500 requests/s, R2 100 ms away / 0 ms',
      { atMost: 1.1 },
      near && far && pairedRatio(far.p99, near.p99),
    ),
    target(
      'networks whose heap or tensors grow over 1000 loads and unloads',
      { atMost: 0 },
      cycled.length === 0 ? undefined : cycled.filter((flat) => !flat).length,
    ),
  ];
}

function target(name: string, bound: Bound, measured: number | Summary | undefined): Target {
  const text = 'atMost' in bound ? `<= ${bound.atMost}` : `>= ${bound.atLeast}`;
  if (measured === undefined) return { name, value: null, target: text, met: null };
  const value = typeof measured === 'number' ? measured : measured.median;
  const met = 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
  if (typeof measured === 'number') return { name, value, target: text, met };
  return { name, value, target: text, met, spread: { p10: measured.p10, p90: measured.p90 } };
}

/** The times of an inference by an engine in each round. */
function computed(network: NetworkResults | undefined, engine: string): readonly number[] | undefined {
  return network && comparable(network.compute).get(engine);
}

function ratio(timed: TimedRounds | undefined, left: string, right: string): Summary | undefined {
  const rounds = timed && comparable(timed);
  const [these, those] = [rounds?.get(left), rounds?.get(right)];
  return these === undefined || those === undefined ? undefined : pairedRatio(these, those);
}

/** The ratio of figures from different rounds. A slow phase of the machine may affect only one of them. */
function ratioOfMedians(
  left: readonly number[] | undefined,
  right: readonly number[] | undefined,
): number | undefined {
  return left && right && summarize(left).median / summarize(right).median;
}

/** The ratio of our figures for one network to those of the fastest of several engines for another one. */
function ratioToBestOfOthers(
  ours: NetworkResults | undefined,
  theirs: NetworkResults | undefined,
  engines: readonly string[],
): number | undefined {
  const ratios = engines.flatMap(
    (engine) => ratioOfMedians(computed(ours, OURS), computed(theirs, engine)) ?? [],
  );
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** The ratio to the fastest of several engines, by their medians. */
function ratioToBest(
  timed: TimedRounds | undefined,
  left: string,
  others: readonly string[],
): Summary | undefined {
  const measured = others.flatMap((name) => {
    const rounds = timed && comparable(timed).get(name);
    return rounds === undefined ? [] : [{ name, median: summarize(rounds).median }];
  });
  const [best] = measured.sort((a, b) => a.median - b.median);
  return best && ratio(timed, left, best.name);
}
