import type { Agreement } from './figures/agreement.ts';
import type { BundleFigures } from './figures/bundle.ts';
import type { CodecFigures } from './figures/codec.ts';
import type { ColdStartFigures } from './figures/cold_start.ts';
import type { FarBucketFigures } from './figures/far_bucket.ts';
import type { FlipFigures } from './figures/flip_stall.ts';
import type { IntegerAgreement } from './figures/integers/integer_agreement.ts';
import type { CycleFigures } from './figures/memory/cycles.ts';
import type { HeapFigures } from './figures/memory/heap.ts';
import type { TimedRounds } from './figures/rounds.ts';
import type { ServingFigures } from './figures/serving.ts';
import type { ServingLayerFigures } from './figures/serving_layer.ts';
import type { Machine } from './machine.ts';

/** All results of one network. Figures that the mode or the network excludes are undefined. */
export interface NetworkResults {
  readonly name: string;
  readonly description: string;
  readonly weightBytes: number;
  readonly agreement: Agreement;
  /** Milliseconds per inference. */
  readonly compute: TimedRounds;
  readonly serving?: ServingFigures;
  /** Of the engines that take binary tensors. */
  readonly binaryServing?: ServingFigures;
  readonly servingLayer?: ServingLayerFigures;
  /** Microseconds per prediction that another Worker asks for. */
  readonly serviceBinding?: TimedRounds;
  readonly heap?: ReadonlyMap<string, HeapFigures>;
  readonly flips?: FlipFigures;
  /** By the distance of the bucket in milliseconds. */
  readonly farBuckets?: ReadonlyMap<number, FarBucketFigures>;
  readonly coldStart?: ColdStartFigures;
  readonly cycles?: CycleFigures;
}

export interface Results {
  readonly mode: 'quick' | 'full';
  readonly at: string;
  readonly machine: Machine;
  /** The descriptions of the engines, by name. */
  readonly engines: ReadonlyMap<string, string>;
  readonly bundle?: BundleFigures;
  readonly codec?: CodecFigures;
  /** Milliseconds per inference of a quantized network in TensorFlow Lite's format. */
  readonly tfliteCompute?: TimedRounds;
  readonly integerAgreement?: IntegerAgreement;
  readonly networks: readonly NetworkResults[];
}

/** Results as JSON. Maps become objects. */
export function toJson(results: object): string {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value;
  return `${JSON.stringify(results, plain, 2)}\n`;
}
