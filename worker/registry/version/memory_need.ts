import type { ModelContent } from '../../model/content.ts';
import type { Manifest } from './manifest.ts';

/** What a servable takes besides its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/** A topology in JSON becomes JavaScript objects of several times its size. */
const TOPOLOGY_FACTOR = 4;

/** By how much weights as float32 are multiplied where nobody has measured: as they are, and with a batch norm in them. */
const LIKELY_COPIES = 2;
/** What a plan makes of weights at the most: these two, and a form for convolutions that is twice as large. */
const MOST_COPIES = 4;
/** Weights that stay as small as they are stored take a quarter of a float32 at the least. */
const MOST_COMPACT = 4;

/** Bytes that a version is taken to need: for its weights, and its topology as JavaScript objects. */
export function memoryNeed(manifest: Pick<Manifest, 'content' | 'rehearsal'>): number {
  return weightNeed(manifest) + bytesBesidesWeights(manifest.content);
}

/**
 * Bytes that the weights are taken to need, which loading holds them to. Where the version was rehearsed, the heap that
 * was measured stands for them: quantized ones may stay as small as they are stored, and a plan may have copies of
 * others. That includes the room of its activations, which all models share: it is never more than weights can become.
 *
 * No document makes it less than what is stored, nor less than a quarter of what is declared as float32; and what is
 * declared has to be what model.json describes, or the version is not loaded.
 */
export function weightNeed({ content, rehearsal }: Pick<Manifest, 'content' | 'rehearsal'>): number {
  const whole = Math.max(content.weightBytes, storedWeightBytes(content));
  return rehearsal?.kind === 'rehearsed'
    ? Math.min(MOST_COPIES * whole, Math.max(leastWeightBytes(content), rehearsal.figures.heapBytes))
    : LIKELY_COPIES * whole;
}

/** Bytes that a version needs at the very least. */
export function leastMemoryNeed(content: ModelContent): number {
  return leastWeightBytes(content) + bytesBesidesWeights(content);
}

function leastWeightBytes(content: ModelContent): number {
  return Math.max(storedWeightBytes(content), Math.ceil(content.weightBytes / MOST_COMPACT));
}

function storedWeightBytes({ blobs, topology }: ModelContent): number {
  return blobs.reduce((sum, { path, bytes }) => sum + (path === topology ? 0 : bytes), 0);
}

function bytesBesidesWeights(content: ModelContent): number {
  const topology = content.blobs.find(({ path }) => path === content.topology)?.bytes ?? 0;
  return TOPOLOGY_FACTOR * topology + BASE_BYTES;
}
