import type { Blob } from '../../model/content.ts';
import type { PlanProofs } from '../../model/plan_proof.ts';
import type { Manifest } from './manifest.ts';

/** A prepared plan of a version. A version that lacks one is served all the same, with slower first answers. */
export interface PlanBlob extends Blob {
  /** The position of its proof. */
  readonly proof: number;
}

/** Returns what new isolates check the plans of a version with. */
export function proofsOf({ rehearsal }: Pick<Manifest, 'rehearsal'>): PlanProofs | undefined {
  return rehearsal?.kind === 'rehearsed' ? rehearsal.proofs : undefined;
}

/** Returns the prepared plans of a version. They are no files of the model, so that their paths are names for people. */
export function planBlobs(manifest: Pick<Manifest, 'rehearsal'>): PlanBlob[] {
  const shapes = proofsOf(manifest)?.shapes ?? [];
  return shapes.flatMap(({ plan }, proof) =>
    plan === undefined ? [] : [{ path: `prepared plan ${proof + 1}`, proof, ...plan }],
  );
}

/** Returns all blobs of a version: the files of its model, and its prepared plans. */
export function blobsOf(manifest: Pick<Manifest, 'content' | 'rehearsal'>): Blob[] {
  return [...manifest.content.blobs, ...planBlobs(manifest)];
}

/** Returns one blob of each digest: a file of the model rather than a prepared plan, which is dispensable. */
export function uniqueBlobsOf(manifest: Pick<Manifest, 'content' | 'rehearsal'>): Blob[] {
  const blobs = blobsOf(manifest).toReversed();
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()].reverse();
}
