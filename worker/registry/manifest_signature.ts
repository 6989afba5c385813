import * as v from 'valibot';

/** A manifest's own signature: of everything in it but this member. */
export const ManifestSignatureSchema = v.object({
  algorithm: v.literal('Ed25519'),
  /** Which key it was made with: the beginning of the sha256 of its public half. */
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'is no key id')),
  /** 64 bytes in base64. */
  value: v.pipe(v.string(), v.maxLength(100)),
});
export type ManifestSignature = v.InferOutput<typeof ManifestSignatureSchema>;
