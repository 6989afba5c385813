import { type Pointer, selectVersion, type Trial } from '../../registry/pointer/pointer.ts';
import type { AnsweredBy, NotServed, ServingTarget } from '../api.ts';
import type { PointerCheck } from './pointer_source.ts';
import { isAnsweredByNumber, notByNumber, type VersionsByNumber } from './versions_by_number.ts';

/** The version that a target means under a pointer. */
export interface Resolution {
  readonly kind: 'resolved';
  readonly version: string;
  /** 0 where there is no pointer to have one. */
  readonly generation: number;
  readonly pointer: Pointer | undefined;
  /** Whether the pointer names the version; otherwise the client did. */
  readonly named: boolean;
  readonly stale: { readonly reason: string } | undefined;
  /** The canary, where the version is it and the request came to it by the split. */
  readonly canary: Trial | undefined;
}

/** Says whether a request that names no version belongs to the canary's share. */
export interface Split {
  canaryOf(pointer: Pointer): Trial | undefined;
}

/** Which version a target means, as far as the pointer can tell: a version that a client names may not exist. */
export function resolve(
  target: ServingTarget,
  check: PointerCheck,
  byNumber: VersionsByNumber,
  split?: Split,
): Resolution | NotServed {
  const { selector } = target;
  if (check.kind === 'missing' || check.kind === 'unreadable') {
    // A version can be asked for before anything points to it, where that is allowed.
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
  named: boolean,
  stale?: { readonly reason: string },
  canary?: Trial,
): Resolution {
  return { kind: 'resolved', version, generation: pointer?.generation ?? 0, pointer, named, stale, canary };
}

/** What a client is told about the version that answered. */
export function answeredBy({ generation, stale }: Resolution, version: string): AnsweredBy {
  return stale === undefined ? { version, generation } : { version, generation, stalePointer: stale };
}

/** Whether two resolutions of one target come to the same, also in how its answer is judged. */
export function sameVersion(left: Resolution | NotServed, right: Resolution | NotServed): boolean {
  if (left.kind !== 'resolved' || right.kind !== 'resolved') return left.kind === right.kind;
  return left.version === right.version && (left.canary === undefined) === (right.canary === undefined);
}
