import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { listModels } from '../../worker/registry/version/version_store.ts';
import { checkAnnouncements, listObjects, unneededFiles } from './check_bucket.ts';
import { checkFiles, type FileCheckOptions, type FileProgress } from './check_files.ts';
import { checkModel, type ModelCheckOptions } from './check_model.ts';
import type { Finding } from './finding.ts';

export interface CheckOptions extends ModelCheckOptions, FileCheckOptions {
  /** One model. By default, all of them and everything else in the bucket. */
  readonly model?: string | undefined;
  readonly now: Date;
  readonly onModel?: (model: string) => void;
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  readonly models: number;
  readonly versions: number;
  readonly files: FileProgress;
}

const UNREADABLE: ReadonlySet<Finding['kind']> = new Set(['manifest-malformed', 'announcement-malformed']);

/** Checks a registry, or one model of it, and changes nothing. Publishes and prunes may run at the same time. */
export async function checkRegistry(store: ObjectStore, options: CheckOptions): Promise<CheckResult> {
  if (options.model !== undefined) return checkModels(store, [options.model], options);
  // A file whose publish ends during the check is in an announcement before, or in a manifest after the listing.
  const before = await checkAnnouncements(store, options.now);
  const listing = await listObjects(store);
  const checked = await checkModels(store, await listModels(store), options);
  const after = await checkAnnouncements(store, options.now);
  const announced = new Set([...before.needed, ...after.needed]);
  // A document that cannot be read could need any file.
  const isUnknown = [...checked.findings, ...after.findings].some(({ kind }) => UNREADABLE.has(kind));
  return {
    ...checked,
    findings: [
      ...checked.findings,
      ...after.findings,
      ...(isUnknown ? [] : unneededFiles(listing.files, checked.manifests, announced)),
      ...listing.findings,
    ],
  };
}

async function checkModels(
  store: ObjectStore,
  models: readonly string[],
  options: CheckOptions,
): Promise<CheckResult & { readonly manifests: readonly Manifest[] }> {
  const findings: Finding[] = [];
  const manifests: Manifest[] = [];
  for (const model of models) {
    options.onModel?.(model);
    const checked = await checkModel(store, model, options);
    findings.push(...checked.findings);
    manifests.push(...checked.manifests);
  }
  const files = await checkFiles(store, manifests, options);
  return {
    findings: [...findings, ...files.findings],
    models: models.length,
    versions: manifests.length,
    files: files.progress,
    manifests,
  };
}
