import type { ObjectDescription } from '../storage/object_store.ts';

/** The request for a prune. */
export interface PruneRequest {
  readonly model: string;
  /** The number of newest versions to keep in addition to those that the pointer names. */
  readonly keep: number;
  readonly dryRun: boolean;
}

/** The stages of a prune in order. Each stage continues after its last processed key. */
export const PRUNE_STAGES = ['retire', 'announcements', 'manifests', 'blobs', 'done'] as const;
export type PruneStage = (typeof PRUNE_STAGES)[number];

/** The progress of a prune, with which another request can continue. */
export interface PruneProgress extends PruneRequest {
  stage: PruneStage;
  /** The last processed key of this stage. */
  after: string | undefined;
  /** The deleted versions and the kept ones. */
  versions: readonly string[];
  kept: readonly string[];
  /** The digests of the blobs that announcements and manifests need. */
  readonly needed: Set<string>;
}

export function beginPrune(request: PruneRequest): PruneProgress {
  return { ...request, stage: 'retire', after: undefined, versions: [], kept: [], needed: new Set() };
}

export function enter(progress: PruneProgress, stage: PruneStage): void {
  progress.stage = stage;
  progress.after = undefined;
}

/** The environment of a prune. */
export interface PruneContext {
  /** True if the request has enough storage operations for another step. */
  readonly mayGoOn: () => boolean;
  /** Receives the blobs that are deleted, or would be in a dry run. */
  readonly onBlobs: (blobs: readonly ObjectDescription[]) => void;
}
