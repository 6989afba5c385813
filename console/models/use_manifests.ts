import { useEffect, useState } from 'preact/hooks';
import type { ManagementApi, Manifest } from '../api/management_api.ts';

/** A manifest, or the reason why it cannot be shown. */
export type ReadManifest =
  | { readonly kind: 'read'; readonly manifest: Manifest }
  | { readonly kind: 'failed'; readonly message: string };

/** Reads at the same time. */
const AT_ONCE = 4;

/** Reads the manifests of versions, each once: a published version never changes. */
export function useManifests(
  api: ManagementApi,
  model: string,
  versions: readonly string[],
): ReadonlyMap<string, ReadManifest> {
  const [manifests, setManifests] = useState<ReadonlyMap<string, ReadManifest>>(new Map());
  const wanted = versions.join(' ');
  useEffect(() => {
    let isOver = false;
    const missing = versions.filter((version) => manifests.get(version)?.kind !== 'read');
    const work = async () => {
      for (let version = missing.shift(); version !== undefined && !isOver; version = missing.shift()) {
        const answer = await api.manifest(model, version);
        const read: ReadManifest =
          answer.kind === 'answered'
            ? { kind: 'read', manifest: answer.value }
            : { kind: 'failed', message: answer.message };
        const entry = [version, read] as const;
        if (!isOver) setManifests((before) => new Map([...before, entry]));
      }
    };
    for (let worker = 0; worker < AT_ONCE; worker++) void work();
    return () => {
      isOver = true;
    };
  }, [api, model, wanted]);
  return manifests;
}

/** Returns the manifest of a version that was read. */
export function manifestOf(
  manifests: ReadonlyMap<string, ReadManifest>,
  version: string | undefined,
): Manifest | undefined {
  const read = version === undefined ? undefined : manifests.get(version);
  return read?.kind === 'read' ? read.manifest : undefined;
}
