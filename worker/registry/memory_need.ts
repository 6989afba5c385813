import type { Manifest, ModelContent } from './manifest.ts';

/** What a servable takes besides its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/** A topology in JSON becomes JavaScript objects of several times its size. */
const TOPOLOGY_FACTOR = 4;

/** By how much weights as float32 are multiplied where nobody has measured: as they are, and with a batch norm in them. */
const LIKELY_COPIES = 2;
/** What a plan makes of weights at the most: these two, and a form for convolutions that is twice as large. */
const MOST_COPIES = 4;

/**
 * Bytes that a version is taken to need: for its weights, and its topology as JavaScript objects. Where it was
 * rehearsed, the heap that it left then stands for the weights: quantised ones may stay as small as they are stored, and
 * a plan may have copies of others. That includes the room of its activations, which all models share: it is never more
 * than weights can become, nor less than they are stored, whatever a manifest says.
 */
export function memoryNeed({ content, rehearsal }: Pick<Manifest, 'content' | 'rehearsal'>): number {
  const { weightBytes } = content;
  const weights =
    rehearsal?.kind === 'rehearsed'
      ? Math.min(MOST_COPIES * weightBytes, Math.max(leastWeightBytes(content), rehearsal.figures.heapBytes))
      : LIKELY_COPIES * weightBytes;
  return weights + bytesBesidesWeights(content);
}

/** Bytes that a version needs at the very least. */
export function leastMemoryNeed(content: ModelContent): number {
  return leastWeightBytes(content) + bytesBesidesWeights(content);
}

/** The weights as they are stored, or as float32 where that is less: there may be files that hold more. */
function leastWeightBytes({ blobs, topology, weightBytes }: ModelContent): number {
  const stored = blobs.reduce((sum, { path, bytes }) => sum + (path === topology ? 0 : bytes), 0);
  return Math.min(weightBytes, stored);
}

function bytesBesidesWeights(content: ModelContent): number {
  const topology = content.blobs.find(({ path }) => path === content.topology)?.bytes ?? 0;
  return TOPOLOGY_FACTOR * topology + BASE_BYTES;
}
