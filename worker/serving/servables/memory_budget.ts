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
