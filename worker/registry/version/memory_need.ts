import type { ModelContent } from '../../model/content.ts';
import type { Manifest } from './manifest.ts';

/** Bytes of a servable in addition to its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/** A JSON topology becomes JavaScript objects of several times its size. */
const TOPOLOGY_FACTOR = 4;

/** The factor for float32 weights that were not measured: the weights and a copy that contains a batch norm. */
const LIKELY_COPIES = 2;
/** The largest factor of a plan: these two copies and a form for convolutions of twice the size. */
const MOST_COPIES = 4;
/** Quantized weights take at least a quarter of float32. */
const MOST_COMPACT = 4;

export type MeasuredVersion = Pick<Manifest, 'content' | 'rehearsal'>;

/**
 * Returns the bytes that a version adds to an isolate, by estimate: its weights, and its topology as JavaScript objects.
 * The heap of an empty backend is there once, whatever is loaded, and counts for no version.
 */
export function memoryNeed({ content, rehearsal }: MeasuredVersion): number {
  return addedWeightBytes({ content, rehearsal }) + bytesBeyondWeights(content);
}

/**
 * A rehearsal measures the whole heap. Weights may lie in what was free in the empty one, so that its growth alone would
 * be too little: float32 weights count in full, up to the measured heap.
 */
function addedWeightBytes({ content, rehearsal }: MeasuredVersion): number {
  if (rehearsal?.kind !== 'rehearsed') return weightLimit({ content });
  const { heapBytes, emptyHeapBytes } = rehearsal.figures;
  const whole = wholeWeightBytes(content);
  const growth = heapBytes - emptyHeapBytes;
  return Math.min(
    MOST_COPIES * whole,
    Math.max(leastWeightBytes(content), growth, Math.min(whole, heapBytes)),
  );
}

function wholeWeightBytes(content: ModelContent): number {
  return Math.max(content.weightBytes, storedWeightBytes(content));
}

/**
 * Returns the most bytes that weights may take when they are loaded. The measured heap of a rehearsal replaces the
 * estimate: quantized weights may stay as small as stored, and a plan may keep copies of others. It includes the memory
 * for activations, which all models share and which is never more than weights can become.
 * No document can lower the estimate below the stored size or below a quarter of the declared float32 size. The
 * declared size must be that of model.json, or the version is not loaded.
 */
export function weightLimit({ content, rehearsal }: MeasuredVersion): number {
  const whole = wholeWeightBytes(content);
  return rehearsal?.kind === 'rehearsed'
    ? Math.min(MOST_COPIES * whole, Math.max(leastWeightBytes(content), rehearsal.figures.heapBytes))
    : LIKELY_COPIES * whole;
}

/** Returns a lower bound of the bytes that a version needs. */
export function leastMemoryNeed(content: ModelContent): number {
  return leastWeightBytes(content) + bytesBeyondWeights(content);
}

function leastWeightBytes(content: ModelContent): number {
  return Math.max(storedWeightBytes(content), Math.ceil(content.weightBytes / MOST_COMPACT));
}

function storedWeightBytes({ blobs, topology }: ModelContent): number {
  return blobs.reduce((sum, { path, bytes }) => sum + (path === topology ? 0 : bytes), 0);
}

function bytesBeyondWeights(content: ModelContent): number {
  const topology = content.blobs.find(({ path }) => path === content.topology)?.bytes ?? 0;
  return TOPOLOGY_FACTOR * topology + BASE_BYTES;
}
