/** A servable as the budget counts it. */
export interface BudgetedServable {
  readonly key: string;
  readonly bytes: number;
  /** A computation uses it or it is loading, so that it cannot be evicted now. */
  readonly busy: boolean;
  /** Grows with every use; the smallest is the least recently used. */
  readonly lastUsed: number;
}

export type EvictionPlan =
  /**
   * It fits after these are unloaded, in this order. An empty list corresponds to an availability-preserving
   * transition.
   */
  | { readonly kind: 'fits'; readonly evict: readonly string[] }
  /** It will fit when the busy servables are idle. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'never fits' };

/**
 * Selects the servables to evict for a new one of `needed` bytes: idle ones only, least recently used first, and no
 * more than necessary.
 */
export function planEviction(
  loaded: readonly BudgetedServable[],
  needed: number,
  budget: number,
): EvictionPlan {
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
