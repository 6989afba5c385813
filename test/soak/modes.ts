import type { Lease } from '../../worker/registry/pointer/pointer.ts';
import { ReplicatingObjectStore } from '../../worker/registry/storage/replicating_object_store.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';

export const MODE_NAMES = ['lease', 'strict', 'kv'] as const;
export type ModeName = (typeof MODE_NAMES)[number];

/** A way in which isolates learn of a flip. */
export interface Mode {
  readonly summary: string;
  /** Of the pointer. */
  readonly lease: Lease;
  readonly isReplicated: boolean;
}

export const ISOLATES = 4;

export const MODES: Readonly<Record<ModeName, Mode>> = {
  lease: {
    summary: 'R2, and all isolates change over at one moment',
    lease: { ms: 50, clockSkewMs: 10 },
    isReplicated: false,
  },
  strict: {
    summary: 'R2, asked by every request',
    lease: { ms: 0, clockSkewMs: 0 },
    isReplicated: false,
  },
  kv: {
    summary: 'the replica in KV, which is as fresh as R2 here',
    lease: { ms: 50, clockSkewMs: 10 },
    isReplicated: true,
  },
};

/** Starts isolates that learn of flips in this way. Its store writes the pointers that they read. */
export async function startEdgeIn({ isReplicated }: Mode): Promise<Edge> {
  const edge = await startEdge({
    isolates: ISOLATES,
    ...(isReplicated && { replica: true, variables: { POINTER_SOURCE: 'kv' } }),
  });
  if (edge.replica === undefined) return edge;
  const onFault = (model: string, error: unknown): never => {
    throw new Error(`the replica of ${model} was not written: ${String(error)}`);
  };
  return { ...edge, store: new ReplicatingObjectStore(edge.store, edge.replica, { wait, onFault }) };
}
