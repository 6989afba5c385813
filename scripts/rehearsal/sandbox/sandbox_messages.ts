import * as v from 'valibot';
import { ManifestSchema } from '../../../worker/registry/version/manifest.ts';

/** What the process that rehearses is told, once. */
export const StageRequestSchema = v.object({
  /** Of the Worker's modules. */
  build: v.string(),
  compatibilityDate: v.string(),
  compatibilityFlags: v.array(v.string()),
  variables: v.record(v.string(), v.string()),
  /** An isolate for each of them. */
  versions: v.array(
    v.object({
      manifest: ManifestSchema,
      /** Where the bytes of its blobs are: absolute paths by the blobs' paths. */
      files: v.record(v.string(), v.string()),
    }),
  ),
});
export type StageRequest = v.InferOutput<typeof StageRequestSchema>;

/** What it answers, once. */
export const StageAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ready'), isolates: v.array(v.string()) }),
  v.object({ kind: v.literal('failed'), reason: v.string() }),
]);
export type StageAnswer = v.InferOutput<typeof StageAnswerSchema>;
