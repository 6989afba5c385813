import * as v from 'valibot';
import { ModelContentSchema } from '../../model/content.ts';
import { NameSchema } from '../../model/names.ts';
import { CardSchema } from './card.ts';
import { ManifestSignatureSchema } from './manifest_signature.ts';
import { RehearsalSchema } from './rehearsal_record.ts';
import { parseVersion } from './version.ts';

export const VersionSchema = v.pipe(
  v.string(),
  v.check((text) => parseVersion(text) === text, 'is not a version'),
);

/** The description of a version. Immutable: it is written once, after all of its blobs. */
export const ManifestSchema = v.object({
  schema: v.literal(1),
  model: NameSchema,
  version: VersionSchema,
  content: ModelContentSchema,
  provenance: v.object({
    publishedAt: v.pipe(v.string(), v.isoTimestamp()),
    publishedBy: v.string(),
    sourceFormat: v.string(),
    tool: v.string(),
  }),
  /** Informational, as the rehearsal: an unknown form, of a newer tool, must not make the version unreadable. */
  card: v.fallback(v.optional(CardSchema), undefined),
  rehearsal: v.fallback(v.optional(RehearsalSchema), undefined),
  signature: v.optional(ManifestSignatureSchema),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;
