import { describe, expect, test } from 'vitest';
import type { ModelContent } from '../../../worker/model/content.ts';
import { leastMemoryNeed, memoryNeed } from '../../../worker/registry/version/memory_need.ts';

const MEGABYTE = 1024 * 1024;

const content: ModelContent = {
  format: 'tfjs-graph-model',
  topology: 'model.json',
  signatures: {},
  blobs: [
    { path: 'model.json', sha256: '0'.repeat(64), bytes: MEGABYTE },
    { path: 'first.bin', sha256: '1'.repeat(64), bytes: 5 * MEGABYTE },
    { path: 'second.bin', sha256: '2'.repeat(64), bytes: 3 * MEGABYTE },
  ],
  weightBytes: 30 * MEGABYTE,
  warmup: [],
  golden: [],
};

const measured = (heapBytes: number) => ({
  content,
  rehearsal: {
    kind: 'rehearsed' as const,
    at: '2026-11-22T12:00:00Z',
    worker: '0',
    figures: { loadMs: 1, firstMs: null, medianMs: null, heapBytes, emptyHeapBytes: 16 * MEGABYTE },
    golden: { examples: 0, largestDifference: null },
  },
});

describe('the assumed memory need of a version', () => {
  // Four times the topology of 1 MB, and the fixed need of every servable.
  const besides = 4 * MEGABYTE + 64 * 1024;

  test('is twice its weights if no measurement was made', () => {
    expect(memoryNeed({ content }) - besides).toBe(60 * MEGABYTE);
    const rehearsal = { kind: 'skipped' as const, at: '2026-11-22T12:00:00Z' };
    expect(memoryNeed({ content, rehearsal }) - besides).toBe(60 * MEGABYTE);
  });

  test('is the measured growth of the heap, without the empty heap', () => {
    expect(memoryNeed(measured(61 * MEGABYTE)) - besides).toBe(45 * MEGABYTE);
    expect(memoryNeed(measured(99 * MEGABYTE)) - besides).toBe(83 * MEGABYTE);
  });

  test('is at least its weights, which may have used free space of the empty heap', () => {
    expect(memoryNeed(measured(41 * MEGABYTE)) - besides).toBe(30 * MEGABYTE);
    expect(memoryNeed(measured(20 * MEGABYTE)) - besides).toBe(20 * MEGABYTE);
  });

  test('lets two versions of a dense network of 19 MB be beside each other in the default budget', () => {
    const dense = { ...measured(35 * MEGABYTE), content: { ...content, weightBytes: 19 * MEGABYTE } };
    expect(2 * memoryNeed(dense)).toBeLessThan(64 * MEGABYTE);
  });

  test('is at most four times its weights and at least their stored size, whatever was measured', () => {
    expect(memoryNeed(measured(999 * MEGABYTE)) - besides).toBe(120 * MEGABYTE);
    expect(memoryNeed(measured(9 * MEGABYTE)) - besides).toBe(9 * MEGABYTE);
    expect(memoryNeed(measured(0))).toBe(leastMemoryNeed(content));
    expect(leastMemoryNeed(content) - besides).toBe(8 * MEGABYTE);
    expect(leastMemoryNeed({ ...content, weightBytes: 60 * MEGABYTE }) - besides).toBe(15 * MEGABYTE);
  });

  test('is at least what is stored, whatever a manifest declares', () => {
    for (const weightBytes of [0, 2 * MEGABYTE]) {
      const declared = { ...content, weightBytes };
      expect(leastMemoryNeed(declared) - besides).toBe(8 * MEGABYTE);
      expect(memoryNeed({ content: declared }) - besides).toBe(16 * MEGABYTE);
      expect(memoryNeed({ ...measured(0), content: declared }) - besides).toBe(8 * MEGABYTE);
    }
  });
});
