import * as v from 'valibot';
import { Sha256Schema } from '../../model/content.ts';
import { NameSchema } from '../../model/names.ts';
import { VersionSchema } from '../version/manifest.ts';

/** Distinct blobs of one version, and so of one announcement. */
export const BLOBS_LIMIT = 1000;

/** Bytes of an announcement; it holds little more than its blobs' digests. */
export const PUBLICATION_BYTES = 128 * 1024;

/**
 * The announcement of a publish under way, so that pruning leaves its version and its blobs alone. Written
 * before the publisher looks which blobs are there, and removed after the flip.
 */
export const PublicationSchema = v.object({
  schema: v.literal(1),
  model: NameSchema,
  version: VersionSchema,
  blobs: v.pipe(v.array(Sha256Schema), v.maxLength(BLOBS_LIMIT)),
  /** The token that it was announced with; absent where it was written to the bucket itself. */
  owner: v.optional(v.pipe(v.string(), v.maxLength(100))),
});
export type Publication = v.InferOutput<typeof PublicationSchema>;

/** What a client of the management Worker may announce: the Worker adds the owner. */
export const AnnouncementSchema = v.strictObject({
  schema: PublicationSchema.entries.schema,
  model: PublicationSchema.entries.model,
  version: PublicationSchema.entries.version,
  blobs: PublicationSchema.entries.blobs,
});

/** A publisher killed half-way leaves its document; after this it protects nothing. Milliseconds. */
const PUBLICATION_EXPIRY_MS = 24 * 60 * 60 * 1000;

/** Whether an announcement protects nothing any more. `now` is by the storage's clock. */
export function isExpired(uploaded: Date, now: Date): boolean {
  return now.getTime() - uploaded.getTime() > PUBLICATION_EXPIRY_MS;
}
