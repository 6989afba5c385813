import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { EffectSchema } from '../../registry/pointer/effect.ts';
import { HistoryEntrySchema, PointerSchema } from '../../registry/pointer/pointer.ts';
import { ManifestSchema } from '../../registry/version/manifest.ts';
import { SCOPES } from '../access/access_tokens.ts';

/** Converts a schema to OpenAPI 3.1. Checks in code are omitted. */
export function schemaOf(schema: v.GenericSchema): object {
  return toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' });
}

const GenerationSchema = v.nullable(v.pipe(v.number(), v.integer()));
const SizeSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The responses by request. */
export const ANSWERS = {
  health: schemaOf(v.strictObject({ status: v.literal('ok') })),
  caller: schemaOf(
    v.strictObject({
      service: v.literal('edge-serving-management'),
      token: v.pipe(
        v.string(),
        v.description('The name of the token, or who has signed in through Cloudflare Access'),
      ),
      scopes: v.array(v.picklist(SCOPES)),
      signIn: v.picklist(['token', 'access']),
    }),
  ),
  models: schemaOf(
    v.strictObject({
      models: v.array(
        v.strictObject({
          model: v.string(),
          current: v.nullable(v.string()),
          generation: GenerationSchema,
          pointerError: v.optional(v.string()),
        }),
      ),
      after: v.optional(v.string()),
    }),
  ),
  model: schemaOf(
    v.strictObject({
      model: v.string(),
      pointer: v.nullable(PointerSchema),
      pointerError: v.optional(v.string()),
      versions: v.array(v.string()),
    }),
  ),
  manifest: schemaOf(ManifestSchema),
  changed: schemaOf(
    v.strictObject({
      model: v.string(),
      change: v.nullable(HistoryEntrySchema),
      /** Missing if nothing changed. */
      effect: v.optional(v.strictObject(EffectSchema.entries)),
      pointer: PointerSchema,
    }),
  ),
  pruned: schemaOf(
    v.strictObject({
      model: v.string(),
      done: v.boolean(),
      versions: v.array(v.string()),
      kept: v.array(v.string()),
      blobs: v.array(v.strictObject({ key: v.string(), size: SizeSchema })),
      idempotencyKey: v.optional(v.string()),
    }),
  ),
  written: schemaOf(v.strictObject({ etag: v.string(), uploaded: v.pipe(v.string(), v.isoTimestamp()) })),
} as const;

export const ERROR_SCHEMA = schemaOf(
  v.strictObject({
    error: v.string(),
    generation: v.optional(GenerationSchema),
    reason: v.optional(v.string()),
    overtakenBy: v.optional(v.string()),
  }),
);
