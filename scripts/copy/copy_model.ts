import { randomUUID } from 'node:crypto';
import type { Blob } from '../../worker/model/content.ts';
import type { ChangePointer, ChangeTiming } from '../../worker/registry/pointer/change/change_pointer.ts';
import { readPointer, requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { ChangeRecord } from '../../worker/registry/pointer/transition.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { listVersions } from '../../worker/registry/version/version_store.ts';
import { chooseVersions, type Wanted } from './choose_versions.ts';
import { copyPointer, type PointerCopy, type WantedPointer } from './copy_pointer.ts';
import { copyVersion, type VersionCopy } from './copy_version.ts';

export interface CopyRequest extends Wanted, WantedPointer {
  readonly dryRun: boolean;
  readonly record: ChangeRecord;
  readonly timing?: ChangeTiming;
}

export interface CopyObserver {
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly onBytes?: (version: string, bytes: number) => void;
  readonly onBlob?: (version: string, blob: Blob, outcome: 'uploaded' | 'present') => void;
  readonly onWait?: (until: Date) => void;
}

export type ModelCopy =
  | {
      readonly kind: 'done';
      readonly model: string;
      readonly versions: readonly VersionCopy[];
      readonly pointer: PointerCopy;
      /** True if the destination has a current version. */
      readonly hasCurrent: boolean;
    }
  | { readonly kind: 'refused'; readonly model: string; readonly reason: string };

/** Copies versions of a model, and then what the request asks for of its pointer. */
export async function copyModel(
  from: ObjectStore,
  to: { readonly store: ObjectStore; readonly changePointer: ChangePointer },
  model: string,
  request: CopyRequest,
  observer: CopyObserver,
): Promise<ModelCopy> {
  const read = await readPointer(from, model);
  if (read.kind === 'malformed') {
    return {
      kind: 'refused',
      model,
      reason: `the pointer of ${model} is malformed at the source: ${read.reason}`,
    };
  }
  const source = read.kind === 'found' ? read.pointer : undefined;
  const published = await listVersions(from, model);
  const chosen = chooseVersions(request, { pointer: source, published });
  if (chosen.kind === 'unknown') return { kind: 'refused', model, reason: `${model} ${chosen.reason}` };
  const before = await requirePointer(to.store, model);
  const versions: VersionCopy[] = [];
  for (const version of chosen.versions) {
    if (before?.retired.includes(version)) {
      const reason = 'it was pruned at the destination, and a pruned version cannot be published again';
      versions.push({ kind: 'refused', version, reason });
      continue;
    }
    versions.push(
      await copyVersion(
        from,
        to.store,
        { model, version },
        {
          id: randomUUID(),
          dryRun: request.dryRun,
          wait: observer.wait,
          onBytes: (bytes) => observer.onBytes?.(version, bytes),
          onBlob: (blob, outcome) => observer.onBlob?.(version, blob, outcome),
          ...(observer.onWait && { onWait: observer.onWait }),
        },
      ),
    );
  }
  if (request.dryRun) {
    const pointer = { kind: 'made', changes: [] } as const;
    return { kind: 'done', model, versions, pointer, hasCurrent: before !== undefined };
  }
  const there = new Set(versions.flatMap(({ kind, version }) => (kind === 'refused' ? [] : [version])));
  const pointer = await copyPointer(source, before, there, request, (change) =>
    to.changePointer(model, change, { ...request.record, id: randomUUID() }, request.timing),
  );
  return {
    kind: 'done',
    model,
    versions,
    pointer,
    hasCurrent: before !== undefined || pointer.changes.length > 0,
  };
}
