import { isFlip, type Pointer, versionsInUse } from '../../registry/pointer/pointer.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { manifestKey } from '../../registry/storage/storage_keys.ts';
import { compareVersions } from '../../registry/version/version.ts';
import type { NotByNumber, NotServed } from '../api.ts';

/**
 * The versions that clients may request by number. `released`: those that the pointer names or that were current by its
 * history. `any`: every published version.
 */
export const VERSIONS_BY_NUMBER = ['released', 'any', 'none'] as const;
export type VersionsByNumber = (typeof VERSIONS_BY_NUMBER)[number];

/**
 * True if clients may request the version by number under a pointer. A model without a pointer has no released
 * versions.
 */
export function isAnsweredByNumber(
  which: VersionsByNumber,
  pointer: Pointer | undefined,
  version: string,
): boolean {
  switch (which) {
    case 'any':
      return true;
    case 'none':
      return false;
    case 'released':
      return pointer !== undefined && isReleased(pointer, version);
  }
}

/** Returns the versions that clients may request by number and that the pointer knows, newest first. */
export function versionsByNumber(which: VersionsByNumber, pointer: Pointer): string[] {
  if (which === 'none') return [];
  const flipped = pointer.history
    .filter(isFlip)
    .flatMap(({ from, to }) => (from === null ? [to] : [from, to]));
  const known = new Set([...versionsInUse(pointer), ...flipped]);
  return [...known]
    .filter((version) => !pointer.retired.includes(version))
    .sort((left, right) => compareVersions(right, left));
}

function isReleased(pointer: Pointer, version: string): boolean {
  if (versionsInUse(pointer).has(version)) return true;
  return pointer.history.some(
    (change) => isFlip(change) && (change.to === version || change.from === version),
  );
}

const ELSE = 'request the current version or a label';
const REASONS: Readonly<Record<VersionsByNumber, string>> = {
  released: `it was never made current, and is not staged, on trial or under a label; ${ELSE}`,
  none: `this server does not serve versions by number; ${ELSE}`,
  any: `it is not published; ${ELSE}`,
};

export function notByNumber(which: VersionsByNumber, version: string): NotByNumber {
  return { kind: 'not by number', version, reason: REASONS[which], mayNotExist: which === 'released' };
}

/** Changes a refusal to `unknown version` if the version does not exist. */
export async function settleByNumber(
  store: ObjectStore,
  model: string,
  refusal: NotByNumber,
): Promise<NotServed> {
  const { version, mayNotExist } = refusal;
  if (!mayNotExist) return refusal;
  // If storage cannot be read, the refusal stays: it is true in any case.
  const head = await store.head(manifestKey(model, version)).catch(() => undefined);
  return head?.kind === 'missing' ? { kind: 'unknown version', version } : refusal;
}
