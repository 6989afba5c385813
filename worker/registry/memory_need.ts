import type { Manifest, ModelContent } from './manifest.ts';

/** What a servable takes besides its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/** A topology in JSON becomes JavaScript objects of several times its size. */
const TOPOLOGY_FACTOR = 4;

/**
 * Bytes that a version is taken to need. By its content alone: its weights twice, because a plan may keep copies of
 * them with a batch normalisation in them, and its topology as JavaScript objects. Where it was rehearsed, the heap
 * that it left then stands for the copies. That includes the room of its activations, which all models share, so a
 * measurement can only lower the estimate, and never below one copy of the weights, whatever a manifest says.
 */
export function memoryNeed({ content, rehearsal }: Pick<Manifest, 'content' | 'rehearsal'>): number {
  const besides = bytesBesidesWeights(content);
  const measured = rehearsal?.kind === 'rehearsed' ? rehearsal.figures.heapBytes : Number.POSITIVE_INFINITY;
  const copies = Math.min(2 * content.weightBytes, Math.max(content.weightBytes, measured));
  return copies + besides;
}

/** Bytes that a version needs at the very least: its weights once. */
export function leastMemoryNeed(content: ModelContent): number {
  return content.weightBytes + bytesBesidesWeights(content);
}

function bytesBesidesWeights(content: ModelContent): number {
  const topology = content.blobs.find(({ path }) => path === content.topology)?.bytes ?? 0;
  return TOPOLOGY_FACTOR * topology + BASE_BYTES;
}
