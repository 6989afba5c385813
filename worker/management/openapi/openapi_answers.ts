import * as v from 'valibot';
import { EffectSchema } from '../../registry/pointer/effect.ts';
import { HistoryEntrySchema, PointerSchema } from '../../registry/pointer/pointer.ts';
import { ManifestSchema, VersionSchema } from '../../registry/version/manifest.ts';
import { TrafficReportSchema } from '../../traffic/report/traffic_report.ts';
import { SCOPES } from '../access/scopes.ts';

const GenerationSchema = v.nullable(v.pipe(v.number(), v.integer()));
const SizeSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

const PointerEntries = PointerSchema.entries;
/** The roles of a model's versions, without those that no version has. */
const RolesSchema = v.strictObject({
  previous: v.optional(VersionSchema),
  labels: v.optional(PointerEntries.labels),
  next: PointerEntries.next,
  canary: PointerEntries.canary,
  shadow: PointerEntries.shadow,
  lastChange: v.optional(HistoryEntrySchema),
});

/** The answers by request: the OpenAPI document is generated from them, and the console reads answers with them. */
export const ANSWERS = {
  health: v.strictObject({ status: v.literal('ok') }),
  caller: v.strictObject({
    service: v.literal('edge-serving-management'),
    token: v.pipe(
      v.string(),
      v.description('The name of the token, or who has signed in through Cloudflare Access'),
    ),
    scopes: v.array(v.picklist(SCOPES)),
    signIn: v.picklist(['token', 'access']),
    predict: v.strictObject({
      /** True if this Worker can forward predictions. */
      bound: v.boolean(),
      /** The address of the predict Worker for its clients, if it is configured. */
      url: v.nullable(v.string()),
    }),
  }),
  models: v.strictObject({
    models: v.array(
      v.strictObject({
        model: v.string(),
        current: v.nullable(v.string()),
        generation: GenerationSchema,
        /** Only if the request asks for it with `?roles=true`. */
        roles: v.optional(RolesSchema),
        pointerError: v.optional(v.string()),
      }),
    ),
    after: v.optional(v.string()),
  }),
  model: v.strictObject({
    model: v.string(),
    pointer: v.nullable(PointerSchema),
    /** When the last change takes effect, by storage's clock. Null if isolates have not agreed on a moment. */
    moment: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
    pointerError: v.optional(v.string()),
    versions: v.array(v.string()),
  }),
  manifest: ManifestSchema,
  traffic: TrafficReportSchema,
  changed: v.strictObject({
    model: v.string(),
    change: v.nullable(HistoryEntrySchema),
    /** Missing if nothing changed. */
    effect: v.optional(v.strictObject(EffectSchema.entries)),
    pointer: PointerSchema,
  }),
  pruned: v.strictObject({
    model: v.string(),
    done: v.boolean(),
    versions: v.array(v.string()),
    kept: v.array(v.string()),
    blobs: v.array(v.strictObject({ key: v.string(), size: SizeSchema })),
    idempotencyKey: v.optional(v.string()),
  }),
  written: v.strictObject({ etag: v.string(), uploaded: v.pipe(v.string(), v.isoTimestamp()) }),
} as const;

export const ErrorSchema = v.strictObject({
  error: v.string(),
  generation: v.optional(GenerationSchema),
  reason: v.optional(v.string()),
  overtakenBy: v.optional(v.string()),
});
