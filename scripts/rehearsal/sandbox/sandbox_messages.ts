import * as v from 'valibot';
import { ManifestSchema } from '../../../worker/registry/version/manifest.ts';

/** The only message to the sandbox process. */
export const SandboxRequestSchema = v.object({
  /** The folder of the Worker's modules. */
  build: v.string(),
  compatibilityDate: v.string(),
  compatibilityFlags: v.array(v.string()),
  variables: v.record(v.string(), v.string()),
  /** One isolate for each version. */
  versions: v.array(
    v.object({
      manifest: ManifestSchema,
      /** The absolute paths of its blobs' files by the blobs' paths. */
      files: v.record(v.string(), v.string()),
    }),
  ),
});
export type SandboxRequest = v.InferOutput<typeof SandboxRequestSchema>;

/** The only message from the sandbox process. */
export const SandboxAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ready'), isolates: v.array(v.string()) }),
  v.object({ kind: v.literal('failed'), reason: v.string() }),
]);
export type SandboxAnswer = v.InferOutput<typeof SandboxAnswerSchema>;
