import { isFlip, type Pointer, versionsInUse } from '../../registry/pointer/pointer.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { manifestKey } from '../../registry/storage/storage_keys.ts';
import type { NotByNumber, NotServed } from '../api.ts';

/**
 * Which versions clients may ask for by number. `released`: those that somebody who may flip has put before clients.
 * The pointer names them, or its history tells that they were current. `any`: whatever is published.
 */
export const VERSIONS_BY_NUMBER = ['released', 'any', 'none'] as const;
export type VersionsByNumber = (typeof VERSIONS_BY_NUMBER)[number];

/** Whether a version is answered by its number under a pointer; a model without a pointer has released nothing. */
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

function isReleased(pointer: Pointer, version: string): boolean {
  if (versionsInUse(pointer).has(version)) return true;
  return pointer.history.some(
    (change) => isFlip(change) && (change.to === version || change.from === version),
  );
}

const ELSE = 'ask for the current version, or for a label';
const REASONS: Readonly<Record<VersionsByNumber, string>> = {
  released: `it was never made current, and is not staged, on trial or under a label; ${ELSE}`,
  none: `this server answers no version by its number; ${ELSE}`,
  any: `it is not published; ${ELSE}`,
};

export function notByNumber(which: VersionsByNumber, version: string): NotByNumber {
  return { kind: 'not by number', version, reason: REASONS[which], mayNotExist: which === 'released' };
}

/** A version that does not exist is refused as one, also where only those that are released are answered. */
export async function settleByNumber(
  store: ObjectStore,
  model: string,
  refusal: NotByNumber,
): Promise<NotServed> {
  const { version, mayNotExist } = refusal;
  if (!mayNotExist) return refusal;
  // Where storage cannot tell, that the version is not released is true in any case.
  const head = await store.head(manifestKey(model, version)).catch(() => undefined);
  return head?.kind === 'missing' ? { kind: 'unknown version', version } : refusal;
}
