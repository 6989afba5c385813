import * as v from 'valibot';
import { NameSchema } from '../../model/names.ts';
import { VersionSchema } from '../version/manifest.ts';

/** The number of changes in the history. A change and its record are one write. */
export const HISTORY_LENGTH = 50;

/**
 * The largest document. The other limits keep it below this size, so that earlier changes never prevent a new one.
 * Bytes.
 */
export const POINTER_BYTES = 2 * 1024 * 1024;
export const LABELS_LIMIT = 100;
/** The most versions that one change retires. A larger prune makes several changes. */
export const RETIRED_AT_ONCE = 200;
export const RETIRED_LIMIT = 20_000;

/** The longest lease. Every change waits for the lease. Milliseconds. */
export const LEASE_LIMIT_MS = 600_000;
export const SKEW_LIMIT_MS = 60_000;

/** The kinds of changes in the history. Those in FLIPS change `current`. */
export type PointerAction =
  | 'publish'
  | 'rollback'
  | 'promote'
  | 'label'
  | 'unlabel'
  | 'stage'
  | 'unstage'
  | 'canary'
  | 'shadow'
  | 'lease'
  | 'prune';

const FLIPS: ReadonlySet<string> = new Set<PointerAction>(['publish', 'rollback', 'promote']);

/** A share of requests in percent, with fractions. */
const ShareSchema = v.pipe(v.number(), v.gtValue(0), v.maxValue(100));

/** Milliseconds. */
const DurationSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000));

const LeaseSchema = v.object({
  /** Milliseconds after the start of the read that confirmed the pointer. 0: every request reads it. */
  ms: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LEASE_LIMIT_MS)),
  clockSkewMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(SKEW_LIMIT_MS)),
});

/** How long isolates may use a pointer that they have read, and the largest error of their clocks. */
export type Lease = v.InferOutput<typeof LeaseSchema>;

/** The versions whose roles a flip ended, by role. */
const EndedSchema = v.looseObject({
  next: v.optional(VersionSchema),
  canary: v.optional(VersionSchema),
  shadow: v.optional(VersionSchema),
});
export type Ended = v.InferOutput<typeof EndedSchema>;

export const HistoryEntrySchema = v.looseObject({
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Unique to the write: it identifies a write whose answer was lost, and makes every document different. */
  id: v.string(),
  /** A PointerAction. An unknown action of a newer tool must not make the pointer unreadable. */
  action: v.string(),
  /** The version that had the role before. */
  from: v.nullable(VersionSchema),
  /** The version that the change concerns, also if it loses a role or a label. */
  to: VersionSchema,
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.optional(v.string()),
  label: v.optional(NameSchema),
  versions: v.optional(v.array(VersionSchema)),
  /** The share of a canary or a shadow. 0 if the change ended it. */
  percent: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  ended: v.optional(EndedSchema),
  /** The lease after a change of the lease. */
  lease: v.optional(LeaseSchema),
  /** The milliseconds from the write until the change takes effect. 0 if it takes effect with its write. */
  delayMs: v.optional(DurationSchema),
  /** The time at which it took effect, by storage's clock. The next change adds it. */
  effectiveAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntrySchema>;

const StagedVersionSchema = v.looseObject({
  version: VersionSchema,
  stagedAt: v.pipe(v.string(), v.isoTimestamp()),
});
export type StagedVersion = v.InferOutput<typeof StagedVersionSchema>;

const TrialSchema = v.looseObject({
  version: VersionSchema,
  /** Its share of the requests. */
  percent: ShareSchema,
  /** The generation of the change that began it or changed its share. An isolate's abort applies only to that state. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
/** A version on trial beside the current one: a canary, whose answers count, or a shadow, whose do not. */
export type Trial = v.InferOutput<typeof TrialSchema>;

/** The state that a delayed change replaces. */
const PendingSchema = v.looseObject({
  /** The generation of the delayed change. The entry of another generation is ignored. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** The milliseconds from the write, by storage's clock, until the change takes effect. */
  delayMs: DurationSchema,
  /** The state until then. */
  before: v.looseObject({
    generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
    current: VersionSchema,
    previous: v.nullable(VersionSchema),
    labels: v.record(NameSchema, VersionSchema),
    next: v.optional(StagedVersionSchema),
    canary: v.optional(TrialSchema),
    shadow: v.optional(TrialSchema),
    lease: v.optional(LeaseSchema),
  }),
});

/**
 * The one mutable document of a model. Unknown members are kept, so that an older tool does not drop what a
 * newer one wrote.
 */
export const PointerSchema = v.looseObject({
  schema: v.literal(1),
  /** Grows by one with every write. R2's etag is the content's MD5, so that this also makes every etag different. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  current: VersionSchema,
  previous: v.nullable(VersionSchema),
  labels: v.record(NameSchema, VersionSchema),
  /**
   * The staged version. Isolates load it while they serve the current one, so that a promotion flips to a loaded
   * version.
   */
  next: v.optional(StagedVersionSchema),
  /** Canary and shadow are never the current version. A flip ends both. */
  canary: v.optional(TrialSchema),
  shadow: v.optional(TrialSchema),
  /** Missing if an earlier tool wrote the pointer: every request then reads it. */
  lease: v.optional(LeaseSchema),
  /** The state before the last change, if that did not take effect with its write. */
  pending: v.optional(PendingSchema),
  /** The pruned versions. No change can point to them, and they cannot be published again. */
  retired: v.optional(v.array(VersionSchema), []),
  /** Newest first. */
  history: v.pipe(v.array(HistoryEntrySchema), v.minLength(1), v.maxLength(HISTORY_LENGTH)),
});
export type Pointer = v.InferOutput<typeof PointerSchema>;

/** The version that a request selects. */
export type VersionSelector =
  | { readonly kind: 'current' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'label'; readonly label: string };

/** Returns the version that a selector means under a pointer, or undefined if the label does not exist. */
export function selectVersion(pointer: Pointer, selector: VersionSelector): string | undefined {
  switch (selector.kind) {
    case 'current':
      return pointer.current;
    case 'version':
      return selector.version;
    case 'label':
      return labeledVersion(pointer, selector.label);
  }
}

/** Returns the version of a label. The name of a label may equal that of an inherited member. */
export function labeledVersion({ labels }: Pointer, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** Returns every version that has a role or a label. */
export function versionsInUse(pointer: Pointer): Set<string> {
  const versions = new Set([pointer.current, ...Object.values(pointer.labels)]);
  if (pointer.previous !== null) versions.add(pointer.previous);
  for (const version of candidateVersions(pointer)) versions.add(version);
  return versions;
}

/** Returns the staged version, the canary and the shadow, each once. */
export function candidateVersions({ next, canary, shadow }: Pointer): string[] {
  return [...new Set([next, canary, shadow].flatMap((candidate) => candidate?.version ?? []))];
}

/** True if the change was a flip. */
export function isFlip({ action }: HistoryEntry): boolean {
  return FLIPS.has(action);
}
