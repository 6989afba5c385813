import * as v from 'valibot';
import { Sha256Schema } from '../../model/content.ts';
import { NameSchema } from '../../model/names.ts';
import { MOST_PROOFS } from '../../model/plan_proof.ts';
import { VersionSchema } from '../version/manifest.ts';

/** The most files of a model. */
export const BLOBS_LIMIT = 1000;

/** The most bytes of an announcement, which consists mainly of its blobs' digests. */
export const PUBLICATION_BYTES = 128 * 1024;

/**
 * The announcement of a publish in progress, which keeps pruning from deleting its version and its blobs. It is written
 * before the publisher checks which blobs exist, and removed after the flip.
 */
export const PublicationSchema = v.object({
  schema: v.literal(1),
  model: NameSchema,
  version: VersionSchema,
  blobs: v.pipe(v.array(Sha256Schema), v.maxLength(BLOBS_LIMIT + MOST_PROOFS)),
  /** The token of the announcement; absent if it was written to the bucket directly. */
  owner: v.optional(v.pipe(v.string(), v.maxLength(100))),
});
export type Publication = v.InferOutput<typeof PublicationSchema>;

/** The part of an announcement that a client of the management Worker sends. The Worker adds the owner. */
export const AnnouncementSchema = v.strictObject({
  schema: PublicationSchema.entries.schema,
  model: PublicationSchema.entries.model,
  version: PublicationSchema.entries.version,
  blobs: PublicationSchema.entries.blobs,
});

/** A killed publisher leaves its document, which expires after this time. Milliseconds. */
const PUBLICATION_EXPIRY_MS = 24 * 60 * 60 * 1000;

/** True if an announcement has expired. `now` is by the storage's clock. */
export function isExpired(uploaded: Date, now: Date): boolean {
  return now.getTime() - uploaded.getTime() > PUBLICATION_EXPIRY_MS;
}
