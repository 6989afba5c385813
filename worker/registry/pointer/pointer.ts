import * as v from 'valibot';
import { NameSchema } from '../../model/names.ts';
import { VersionSchema } from '../version/manifest.ts';

/** How many changes the pointer remembers; the record and the change are one write. */
export const HISTORY_LENGTH = 50;

/** The limits keep the document below this size, so that no change is ever refused because there were many before. */
export const POINTER_BYTES = 2 * 1024 * 1024;
export const LABELS_LIMIT = 100;
/** Of one change; a prune that retires more makes several. */
export const RETIRED_AT_ONCE = 200;
export const RETIRED_LIMIT = 20_000;

/** A change waits for the lease: a longer one is of no use to anybody. Milliseconds. */
export const LEASE_LIMIT_MS = 600_000;
export const SKEW_LIMIT_MS = 60_000;

/** What changes a pointer. Those in FLIPS move `current`. */
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

/** A share of requests, in percent; fractions of a percent are shares too. */
const ShareSchema = v.pipe(v.number(), v.gtValue(0), v.maxValue(100));

/** Milliseconds. */
const DurationSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000));

const LeaseSchema = v.object({
  /** Milliseconds after the start of the read that confirmed the pointer; 0: every request asks. */
  ms: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LEASE_LIMIT_MS)),
  clockSkewMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(SKEW_LIMIT_MS)),
});

/** For how long isolates may answer by a pointer that they have read, and by how much their clocks may be off. */
export type Lease = v.InferOutput<typeof LeaseSchema>;

/** What a flip brought to an end, by role. */
const EndedSchema = v.looseObject({
  next: v.optional(VersionSchema),
  canary: v.optional(VersionSchema),
  shadow: v.optional(VersionSchema),
});
export type Ended = v.InferOutput<typeof EndedSchema>;

export const HistoryEntrySchema = v.looseObject({
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Unique to the write, so that one whose answer was lost can be recognized, and no body ever repeats. */
  id: v.string(),
  /** A PointerAction; a newer tool's may be another one, which must not make the pointer unreadable. */
  action: v.string(),
  /** What stood there before. */
  from: v.nullable(VersionSchema),
  /** The version that the change is about: also the one that is no longer staged, canary, shadow or labeled. */
  to: VersionSchema,
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.optional(v.string()),
  label: v.optional(NameSchema),
  versions: v.optional(v.array(VersionSchema)),
  /** Of a canary or a shadow; 0 where it was ended. */
  percent: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  ended: v.optional(EndedSchema),
  /** What a change of the lease made it. */
  lease: v.optional(LeaseSchema),
  /** How long after its write the change takes effect; 0 for one that isolates make as they read it. */
  delayMs: v.optional(DurationSchema),
  /** When it took effect, by the clock of storage: known with the next change. */
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
  /** The share of requests that it gets. */
  percent: ShareSchema,
  /** Of the change that made it what it is: who gave up on it meant that state and no later one. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
/** A version on trial beside the current one: a canary, whose answers count, or a shadow, whose do not. */
export type Trial = v.InferOutput<typeof TrialSchema>;

/** What a change replaces, for as long as it is put off. */
const PendingSchema = v.looseObject({
  /** Of the change that is put off: what another generation left behind counts for nothing. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** How long after the write, by the clock of storage, the change takes effect. */
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
  /** Grows by one with every write. R2's etag is the content's MD5, so this also keeps etags from repeating. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  current: VersionSchema,
  previous: v.nullable(VersionSchema),
  labels: v.record(NameSchema, VersionSchema),
  /** Loaded by isolates while they go on serving, so that promoting it flips to something that is there. */
  next: v.optional(StagedVersionSchema),
  /** Never the current version; neither is the shadow. A flip ends both. */
  canary: v.optional(TrialSchema),
  shadow: v.optional(TrialSchema),
  /** Missing in what an older tool wrote: then every request asks for the pointer. */
  lease: v.optional(LeaseSchema),
  /** The last change, if it did not take effect with its write. */
  pending: v.optional(PendingSchema),
  /** Versions that were pruned: never pointed to and never published again. */
  retired: v.optional(v.array(VersionSchema), []),
  /** Newest first. */
  history: v.pipe(v.array(HistoryEntrySchema), v.minLength(1), v.maxLength(HISTORY_LENGTH)),
});
export type Pointer = v.InferOutput<typeof PointerSchema>;

/** Which version a request asks for. */
export type VersionSelector =
  | { readonly kind: 'current' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'label'; readonly label: string };

/** The version that a selector means under a pointer; undefined where there is no such label. */
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

/** The version that a label is on; a label may be called like something that every object has. */
export function labeledVersion({ labels }: Pointer, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** Every version that the pointer names in one way or another. */
export function versionsInUse(pointer: Pointer): Set<string> {
  const versions = new Set([pointer.current, ...Object.values(pointer.labels)]);
  if (pointer.previous !== null) versions.add(pointer.previous);
  for (const version of candidateVersions(pointer)) versions.add(version);
  return versions;
}

/** The versions that may become current, or are tried out to that end: staged, canary, shadow. */
export function candidateVersions({ next, canary, shadow }: Pointer): string[] {
  return [...new Set([next, canary, shadow].flatMap((candidate) => candidate?.version ?? []))];
}

/** Whether a change moved `current`. */
export function isFlip({ action }: HistoryEntry): boolean {
  return FLIPS.has(action);
}
