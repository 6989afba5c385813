import type { ModelContent } from '../registry/manifest.ts';

/** A servable as the budget sees it. */
export interface BudgetedServable {
  readonly key: string;
  readonly bytes: number;
  /** Requests that compute with it, or a load under way: it cannot be evicted now. */
  readonly busy: boolean;
  /** Grows with every use; the smallest was used longest ago. */
  readonly lastUsed: number;
}

export type RoomPlan =
  /** It fits once these are unloaded, in this order. None: an availability-preserving transition. */
  | { readonly kind: 'fits'; readonly evict: readonly string[] }
  /** It will fit when what is busy now is done. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'never fits' };

/**
 * Which servables have to go for a new one of `needed` bytes: idle ones only, least recently used first, and
 * no more than necessary.
 */
export function planRoom(loaded: readonly BudgetedServable[], needed: number, budget: number): RoomPlan {
  if (needed > budget) return { kind: 'never fits' };
  let free = budget - loaded.reduce((sum, { bytes }) => sum + bytes, 0);
  const evict: string[] = [];
  const idle = loaded.filter(({ busy }) => !busy).sort((a, b) => a.lastUsed - b.lastUsed);
  for (const { key, bytes } of idle) {
    if (free >= needed) break;
    evict.push(key);
    free += bytes;
  }
  return free >= needed ? { kind: 'fits', evict } : { kind: 'wait' };
}

/** What a servable takes besides its weights and its topology. */
const BASE_BYTES = 64 * 1024;

/**
 * Bytes that a version is taken to need: its weights twice, because XNNPACK keeps a packed copy of the filters,
 * and its topology as JavaScript objects. Activations are not in it: they live only while a request computes.
 */
export function estimateBytes(content: ModelContent): number {
  const topology = content.blobs.find(({ path }) => path === content.topology)?.bytes ?? 0;
  return 2 * content.weightBytes + 4 * topology + BASE_BYTES;
}
