import * as v from 'valibot';
import { ManifestSchema } from '../../../worker/registry/version/manifest.ts';

/** What workerd needs before any version is known. */
const PreparationSchema = v.object({
  kind: v.literal('prepare'),
  /** The folder of the Worker's modules. */
  build: v.string(),
  compatibilityDate: v.string(),
  compatibilityFlags: v.array(v.string()),
  variables: v.record(v.string(), v.string()),
  isolates: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
export type SandboxPreparation = Omit<v.InferOutput<typeof PreparationSchema>, 'kind'>;

/** The versions to publish in the bucket of the sandbox, at most one for each isolate. */
const PublicationSchema = v.object({
  kind: v.literal('publish'),
  versions: v.array(
    v.object({
      manifest: ManifestSchema,
      /** The absolute paths of its blobs' files by the blobs' paths. */
      files: v.record(v.string(), v.string()),
    }),
  ),
});
export type SandboxVersion = v.InferOutput<typeof PublicationSchema>['versions'][number];

/** The two messages to the sandbox process, in this order. */
export const SandboxRequestSchema = v.variant('kind', [PreparationSchema, PublicationSchema]);
export type SandboxRequest = v.InferOutput<typeof SandboxRequestSchema>;

/** The only message from the sandbox process. It has an isolate for each version. */
export const SandboxAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ready'), isolates: v.array(v.string()) }),
  v.object({ kind: v.literal('failed'), reason: v.string() }),
]);
export type SandboxAnswer = v.InferOutput<typeof SandboxAnswerSchema>;
