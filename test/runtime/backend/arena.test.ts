import { describe, expect, test } from 'vitest';
import { Arena } from '../../../worker/runtime/backend/arena.ts';

function memory(limit = Number.POSITIVE_INFINITY) {
  const allocated = new Map<number, number>();
  let next = 1000;
  return {
    allocated,
    tryAllocate: (bytes: number) => {
      if (bytes > limit) return undefined;
      allocated.set(next, bytes);
      next += bytes + 8;
      return next - bytes - 8;
    },
    free: (address: number) => expect(allocated.delete(address)).toBe(true),
  };
}

describe('the arena', () => {
  test('has the size of the largest plan, is aligned, and does not move meanwhile', () => {
    const heap = memory();
    const arena = new Arena(heap);
    const [small, large] = [{}, {}];
    arena.reserve(small, 100);
    const first = arena.address();
    expect((first ?? 1) % 16).toBe(0);
    expect(arena.address()).toBe(first);
    arena.reserve(large, 1000);
    expect(arena.address()).not.toBe(first);
    expect([...heap.allocated.values()]).toEqual([1016]);
    arena.release(small);
    expect(arena.bytes).toBe(1000);
  });

  test('shrinks when that plan goes, and goes with the last', () => {
    const heap = memory();
    const arena = new Arena(heap);
    const [small, large] = [{}, {}];
    arena.reserve(small, 100);
    arena.reserve(large, 1000);
    arena.address();
    arena.release(large);
    arena.address();
    expect([...heap.allocated.values()]).toEqual([116]);
    arena.release(small);
    expect(heap.allocated.size).toBe(0);
  });

  test('fails if there is no memory, and can be tried again', () => {
    const arena = new Arena(memory(500));
    const large = {};
    arena.reserve(large, 1000);
    expect(arena.address()).toBeUndefined();
    arena.release(large);
    arena.reserve({}, 100);
    expect(arena.address()).toBeDefined();
  });
});
