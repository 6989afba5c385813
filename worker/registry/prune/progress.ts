import type { ObjectDescription } from '../storage/object_store.ts';

/** What a prune is asked to do. */
export interface PruneRequest {
  readonly model: string;
  /** How many of the newest versions stay, besides those that the pointer names. */
  readonly keep: number;
  readonly dryRun: boolean;
}

/** What a prune does, in this order. Each goes on after the last key that it came to. */
export const PRUNE_STAGES = ['retire', 'announcements', 'manifests', 'blobs', 'done'] as const;
export type PruneStage = (typeof PRUNE_STAGES)[number];

/** How far a prune came, so that it can go on in another request. */
export interface PruneProgress extends PruneRequest {
  stage: PruneStage;
  /** The key that was dealt with last in this stage. */
  after: string | undefined;
  /** Versions that are deleted, and those that stay. */
  versions: readonly string[];
  kept: readonly string[];
  /** Digests of the blobs that announcements and manifests need. */
  readonly needed: Set<string>;
}

export function beginPrune(request: PruneRequest): PruneProgress {
  return { ...request, stage: 'retire', after: undefined, versions: [], kept: [], needed: new Set() };
}

export function enter(progress: PruneProgress, stage: PruneStage): void {
  progress.stage = stage;
  progress.after = undefined;
}

/** Where and how a prune works. */
export interface PruneContext {
  /** Whether the request has storage operations left for another piece of work. */
  readonly mayGoOn: () => boolean;
  /** Told of blobs that are deleted, or would be. */
  readonly onBlobs: (blobs: readonly ObjectDescription[]) => void;
}
