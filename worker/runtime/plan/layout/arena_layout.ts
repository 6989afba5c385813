import type { BufferId } from '../ir/buffers.ts';
import type { Lifetime } from '../ir/lifetimes.ts';

/** SIMD loads are fastest if a vector does not cross a cache line. */
const ALIGNMENT = 16;

export interface SizedBuffer extends Lifetime {
  readonly id: BufferId;
  readonly bytes: number;
}

export interface ArenaLayout {
  /** In bytes from the arena's start. */
  readonly offsets: ReadonlyMap<BufferId, number>;
  readonly bytes: number;
}

interface Placed extends Lifetime {
  readonly start: number;
  readonly end: number;
}

/**
 * Assigns positions in one arena to buffers, so that buffers with overlapping lifetimes do not overlap in memory: the
 * largest first, each in the lowest gap that is large enough.
 */
export function layOutArena(buffers: readonly SizedBuffer[]): ArenaLayout {
  const offsets = new Map<BufferId, number>();
  const placed: Placed[] = [];
  let bytes = 0;
  for (const buffer of buffers.toSorted((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    const size = Math.ceil(buffer.bytes / ALIGNMENT) * ALIGNMENT;
    let start = 0;
    // Sorted by their starts: a buffer that begins behind the gap ends the search.
    for (const other of placed) {
      if (other.until < buffer.from || other.from > buffer.until) continue;
      if (other.start >= start + size) break;
      start = Math.max(start, other.end);
    }
    offsets.set(buffer.id, start);
    const entry = { from: buffer.from, until: buffer.until, start, end: start + size };
    const behind = placed.findIndex((other) => other.start > start);
    placed.splice(behind === -1 ? placed.length : behind, 0, entry);
    bytes = Math.max(bytes, entry.end);
  }
  return { offsets, bytes };
}
