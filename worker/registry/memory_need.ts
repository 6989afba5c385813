import type { Manifest, ModelContent } from './manifest.ts';

/** What a servable takes besides its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/** A topology in JSON becomes JavaScript objects of several times its size. */
const TOPOLOGY_FACTOR = 4;

/**
 * Bytes that a version is taken to need. By its content alone: its weights as float32, twice, because a plan may keep
 * copies of them with a batch normalisation in them, and its topology as JavaScript objects. Where it was rehearsed, the
 * heap that it left then stands for the weights: quantised ones may stay as small as they are stored. That includes the
 * room of its activations, which all models share, so a measurement can only lower the estimate, and never below the
 * weights as they are stored, whatever a manifest says.
 */
export function memoryNeed({ content, rehearsal }: Pick<Manifest, 'content' | 'rehearsal'>): number {
  const measured = rehearsal?.kind === 'rehearsed' ? rehearsal.figures.heapBytes : Number.POSITIVE_INFINITY;
  const weights = Math.min(2 * content.weightBytes, Math.max(leastWeightBytes(content), measured));
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
