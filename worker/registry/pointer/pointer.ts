import * as v from 'valibot';
import { NameSchema, VersionSchema } from '../version/manifest.ts';

/** How many changes the pointer remembers; the record and the change are one write. */
export const HISTORY_LENGTH = 50;

/** The limits keep the document below this size, so that no change is ever refused because there were many before. */
export const POINTER_BYTES = 2 * 1024 * 1024;
export const LABELS_LIMIT = 100;
/** Of one change; a prune that retires more makes several. */
export const RETIRED_AT_ONCE = 200;
export const RETIRED_LIMIT = 20_000;

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
  | 'prune';

const FLIPS: ReadonlySet<string> = new Set<PointerAction>(['publish', 'rollback', 'promote']);

/** A share of requests, in percent; fractions of a percent are shares too. */
const ShareSchema = v.pipe(v.number(), v.gtValue(0), v.maxValue(100));

/** What a flip brought to an end, by role. */
const EndedSchema = v.looseObject({
  next: v.optional(VersionSchema),
  canary: v.optional(VersionSchema),
  shadow: v.optional(VersionSchema),
});
export type Ended = v.InferOutput<typeof EndedSchema>;

export const HistoryEntrySchema = v.looseObject({
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Unique to the write, so that one whose answer was lost can be recognised, and no body ever repeats. */
  id: v.string(),
  /** A PointerAction; a newer tool's may be another one, which must not make the pointer unreadable. */
  action: v.string(),
  /** What stood there before. */
  from: v.nullable(VersionSchema),
  /** The version that the change is about: also the one that is no longer staged, canary, shadow or labelled. */
  to: VersionSchema,
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.optional(v.string()),
  label: v.optional(NameSchema),
  versions: v.optional(v.array(VersionSchema)),
  /** Of a canary or a shadow; 0 where it was ended. */
  percent: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  ended: v.optional(EndedSchema),
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
      return labelledVersion(pointer, selector.label);
  }
}

/** The version that a label is on; a label may be called like something that every object has. */
export function labelledVersion({ labels }: Pointer, label: string): string | undefined {
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
