import { type Pointer, selectVersion, type Trial } from '../../registry/pointer/pointer.ts';
import type { AnsweredBy, NotServed, ServingTarget } from '../api.ts';
import type { PointerCheck } from './pointer_source.ts';
import { isAnsweredByNumber, notByNumber, type VersionsByNumber } from './versions_by_number.ts';

/** The version that a pointer selects for a target. */
export interface Resolution {
  readonly kind: 'resolved';
  readonly version: string;
  /** 0 without a pointer. */
  readonly generation: number;
  readonly pointer: Pointer | undefined;
  /** True if the pointer names the version, false if the client does. */
  readonly fromPointer: boolean;
  readonly stale: { readonly reason: string } | undefined;
  /** The canary, if the split sends the request to it. */
  readonly canary: Trial | undefined;
}

/** Assigns requests that name no version to the canary or to the current version. */
export interface Split {
  canaryOf(pointer: Pointer): Trial | undefined;
}

/** Resolves a target to a version by the pointer. A version that a client names need not exist. */
export function resolve(
  target: ServingTarget,
  check: PointerCheck,
  byNumber: VersionsByNumber,
  split?: Split,
): Resolution | NotServed {
  const { selector } = target;
  if (check.kind === 'missing' || check.kind === 'unreadable') {
    // With VERSIONS_BY_NUMBER "any", a version can be requested before a pointer exists.
    if (selector.kind === 'version' && byNumber === 'any') {
      return resolved(selector.version, undefined, false);
    }
    if (selector.kind === 'version' && (byNumber === 'none' || check.kind === 'missing')) {
      return notByNumber(byNumber, selector.version);
    }
    return check.kind === 'missing'
      ? { kind: 'unknown model' }
      : { kind: 'unavailable', reason: check.reason };
  }
  const { pointer } = check;
  const canary = selector.kind === 'current' ? split?.canaryOf(pointer) : undefined;
  const version = canary?.version ?? selectVersion(pointer, selector);
  if (version === undefined) {
    return { kind: 'unknown label', label: selector.kind === 'label' ? selector.label : '' };
  }
  if (pointer.retired.includes(version)) return { kind: 'unknown version', version };
  if (selector.kind === 'version' && !isAnsweredByNumber(byNumber, pointer, version)) {
    return notByNumber(byNumber, version);
  }
  const stale = check.kind === 'stale' ? { reason: check.reason } : undefined;
  return resolved(version, pointer, selector.kind !== 'version', stale, canary);
}

function resolved(
  version: string,
  pointer: Pointer | undefined,
  fromPointer: boolean,
  stale?: { readonly reason: string },
  canary?: Trial,
): Resolution {
  return {
    kind: 'resolved',
    version,
    generation: pointer?.generation ?? 0,
    pointer,
    fromPointer,
    stale,
    canary,
  };
}

/** Returns what the client learns about the version that answered. */
export function answeredBy({ generation, stale, canary }: Resolution, version: string): AnsweredBy {
  const by =
    canary === undefined ? { version, generation } : { version, generation, isCanary: true as const };
  return stale === undefined ? by : { ...by, stalePointer: stale };
}

/** True if two resolutions of one target select the same version and judge its answer in the same way. */
export function sameVersion(left: Resolution | NotServed, right: Resolution | NotServed): boolean {
  if (left.kind !== 'resolved' || right.kind !== 'resolved') return left.kind === right.kind;
  return left.version === right.version && (left.canary === undefined) === (right.canary === undefined);
}
