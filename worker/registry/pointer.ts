import * as v from 'valibot';
import { NameSchema, VersionSchema } from './manifest.ts';

/** How many changes the pointer remembers; the record and the change are one write. */
export const HISTORY_LENGTH = 50;

export const PointerActionSchema = v.picklist(['publish', 'rollback', 'label', 'prune']);
export type PointerAction = v.InferOutput<typeof PointerActionSchema>;

const HistoryEntrySchema = v.looseObject({
  generation: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Unique to the write, so that one whose answer was lost can be recognised, and no body ever repeats. */
  id: v.string(),
  action: PointerActionSchema,
  from: v.nullable(VersionSchema),
  to: VersionSchema,
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.optional(v.string()),
  label: v.optional(NameSchema),
  versions: v.optional(v.array(VersionSchema)),
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntrySchema>;

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
      return Object.hasOwn(pointer.labels, selector.label) ? pointer.labels[selector.label] : undefined;
  }
}

/** Every version that the pointer names in one way or another. */
export function versionsInUse(pointer: Pointer): Set<string> {
  const versions = new Set([pointer.current, ...Object.values(pointer.labels)]);
  if (pointer.previous !== null) versions.add(pointer.previous);
  return versions;
}
