import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { within } from '../../worker/registry/storage/waiting.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { leastMemoryNeed, memoryNeed } from '../../worker/registry/version/memory_need.ts';
import type { Figures, PlanRecord, Rehearsal } from '../../worker/registry/version/rehearsal_record.ts';
import { type FetchedVersion, fetchVersion } from './current_version.ts';
import { type PreparedRehearsal, prepareRehearsal } from './prepare_rehearsal.ts';
import { provePlan } from './prove_plan.ts';
import { measureMedians, type RehearsedVersion, readFigures, rehearseVersion } from './rehearse_version.ts';
import { SandboxError } from './sandbox/open_sandbox.ts';
import { WorkerBuildError } from './sandbox/worker_build.ts';
import { memoryBudgetBytes, readWorkerConfiguration } from './sandbox/worker_configuration.ts';

interface UnpublishedVersion {
  readonly manifest: Manifest;
  /** Absolute paths by the blobs' paths. */
  readonly files: ReadonlyMap<string, string>;
}

/** A version that is not published yet. */
export interface Candidate extends UnpublishedVersion {
  /** What it was before it was quantized, under another version, for comparison. */
  readonly unquantized?: UnpublishedVersion;
}

/** The figures of another version, for comparison. */
type CurrentFigures =
  | {
      readonly kind: 'rehearsed';
      readonly version: string;
      readonly figures: Figures;
      readonly plan: PlanRecord;
    }
  | { readonly kind: 'not rehearsed'; readonly version: string; readonly reason: string };

export type RehearsalOutcome =
  | {
      readonly kind: 'done';
      /** The record for the manifest. */
      readonly rehearsal: Rehearsal;
      /** The prepared plans that the record names, by their SHA-256. */
      readonly plans: ReadonlyMap<string, Uint8Array>;
      readonly current: CurrentFigures | undefined;
      /** Those of the candidate before it was quantized. */
      readonly unquantized?: CurrentFigures | undefined;
      /** Sentences for the publisher. */
      readonly notes: readonly string[];
    }
  /** The candidate cannot be served. The reason is one sentence. `disagrees`: with a golden example. */
  | { readonly kind: 'refused'; readonly reason: string; readonly disagrees?: boolean };

/** Rehearses a candidate before any upload. `current` is the version that it would replace. */
export type Rehearse = (candidate: Candidate, current: string | undefined) => Promise<RehearsalOutcome>;

export interface RehearsalOptions {
  readonly store: ObjectStore;
  /** The time limit of each response. Milliseconds. */
  readonly limitMs: number;
  readonly at: string;
  readonly onProgress: (text: string) => void;
  /** Starts the workerd, for this number of versions. */
  readonly prepare?: ((isolates: number) => Promise<PreparedRehearsal>) | undefined;
}

/** The time limit for downloading the current version, without which the table lacks a column. Milliseconds. */
const FETCH_LIMIT_MS = 60_000;

/**
 * Creates a rehearsal in a local workerd with the Worker as deployed: it loads the candidate, computes its warmup
 * requests, compares its golden examples, checks the memory budget, and measures it next to the current version.
 */
export function createRehearsal(options: RehearsalOptions): Rehearse {
  const { onProgress, prepare = (isolates) => prepareRehearsal(isolates, onProgress) } = options;
  return async (candidate, current) => {
    const budget = memoryBudgetBytes(await readWorkerConfiguration());
    const refusal = overBudget(leastMemoryNeed(candidate.manifest.content), budget);
    if (refusal !== undefined) return refused(candidate, refusal);
    try {
      const others = [current, candidate.unquantized].filter((other) => other !== undefined);
      const prepared = await prepare(1 + others.length);
      try {
        return await rehearseIn(prepared, candidate, current, { ...options, budget });
      } finally {
        await prepared.sandbox.close();
      }
    } catch (error) {
      if (!(error instanceof SandboxError || error instanceof WorkerBuildError)) throw error;
      throw new SandboxError(`${error.message}; --skip-rehearsal publishes without a rehearsal`, {
        cause: error,
      });
    }
  };
}

async function rehearseIn(
  { sandbox, worker }: PreparedRehearsal,
  candidate: Candidate,
  current: string | undefined,
  options: RehearsalOptions & { readonly budget: number },
): Promise<RehearsalOutcome> {
  const { model, version } = candidate.manifest;
  const fetched = await fetchCurrent(options.store, model, current, sandbox.folder);
  options.onProgress(`Rehearsing ${model} ${version} in a local workerd`);
  const isolates = await sandbox.publish([
    { manifest: candidate.manifest, files: Object.fromEntries(candidate.files) },
    ...(fetched?.kind === 'fetched' ? [fetched.version] : []),
    ...[candidate.unquantized ?? []]
      .flat()
      .map(({ manifest, files }) => ({ manifest, files: Object.fromEntries(files) })),
  ]);
  return perform(isolates, candidate, fetched, { ...options, worker: worker.slice(0, 12) });
}

/** Publishes without a rehearsal, which the manifest records. */
export function skipRehearsal(at: string): Rehearse {
  return async () => ({
    kind: 'done',
    rehearsal: { kind: 'skipped', at },
    plans: new Map(),
    current: undefined,
    notes: [],
  });
}

type Fetched =
  | { readonly kind: 'fetched'; readonly version: FetchedVersion }
  | { readonly kind: 'failed'; readonly version: string; readonly reason: string };

async function fetchCurrent(
  store: ObjectStore,
  model: string,
  version: string | undefined,
  folder: string,
): Promise<Fetched | undefined> {
  if (version === undefined) return undefined;
  const files = join(folder, 'current');
  await mkdir(files);
  try {
    const fetching = fetchVersion(store, model, version, files);
    const late = () => new Error('the download took too long');
    return { kind: 'fetched', version: await within(FETCH_LIMIT_MS, fetching, late) };
  } catch (error) {
    return { kind: 'failed', version, reason: errorMessage(error) };
  }
}

async function perform(
  [own, ...others]: readonly URL[],
  candidate: Candidate,
  fetched: Fetched | undefined,
  options: RehearsalOptions & { readonly budget: number; readonly worker: string },
): Promise<RehearsalOutcome> {
  const { content } = candidate.manifest;
  if (own === undefined) throw new SandboxError('workerd started no isolate');
  const result = await rehearseVersion(own, candidate.manifest, options);
  if (result.kind === 'failed') {
    return { ...refused(candidate, result.reason), disagrees: result.disagrees === true };
  }
  const { rehearsed } = result;
  const beside = { ...options, first: rehearsed.request };
  const [besideCurrent, besideUnquantized] = fetched?.kind === 'fetched' ? others : [undefined, ...others];
  const replaced = await rehearseCurrent(besideCurrent, fetched, beside);
  const unquantized =
    candidate.unquantized &&
    (await rehearseBeside(besideUnquantized, candidate.unquantized.manifest, beside));
  const compared = [replaced, unquantized].flatMap((each) =>
    each?.kind === 'rehearsed' ? [each.rehearsed] : [],
  );
  const medians = await measureMedians([rehearsed, ...compared]);
  const medianOf = (version: RehearsedVersion): number | null =>
    medians[[rehearsed, ...compared].indexOf(version)] ?? null;
  const { golden, recorded, notes } = rehearsed;
  const plans = await rehearsed.client.statedPlans();
  const rehearsal: Rehearsal = {
    kind: 'rehearsed',
    at: options.at,
    worker: options.worker,
    ...(await measured(rehearsed, medianOf(rehearsed))),
    golden,
    ...(recorded === undefined ? {} : { recorded }),
    proofs: plans?.proofs,
  };
  const refusal = overBudget(memoryNeed({ content, rehearsal }), options.budget);
  if (refusal !== undefined) return refused(candidate, refusal);
  return {
    kind: 'done',
    rehearsal,
    plans: plans?.files ?? new Map(),
    current: await currentFigures(replaced, medianOf),
    ...(unquantized && { unquantized: await currentFigures(unquantized, medianOf) }),
    notes: [...notes, ...(replaced?.kind === 'rehearsed' ? replaced.rehearsed.notes : [])],
  };
}

type Replaced =
  | { readonly kind: 'rehearsed'; readonly rehearsed: RehearsedVersion }
  | Extract<CurrentFigures, { kind: 'not rehearsed' }>;

/** Faults of the current version are reported and stop nothing. */
async function rehearseCurrent(
  isolate: URL | undefined,
  fetched: Fetched | undefined,
  options: { readonly limitMs: number; readonly first: RehearsedVersion['request'] },
): Promise<Replaced | undefined> {
  if (fetched === undefined) return undefined;
  if (fetched.kind === 'failed') {
    return { kind: 'not rehearsed', version: fetched.version, reason: fetched.reason };
  }
  return rehearseBeside(isolate, fetched.version.manifest, options);
}

async function rehearseBeside(
  isolate: URL | undefined,
  manifest: Manifest,
  options: { readonly limitMs: number; readonly first: RehearsedVersion['request'] },
): Promise<Replaced> {
  if (isolate === undefined) throw new SandboxError('workerd started too few isolates');
  const result = await rehearseVersion(isolate, manifest, { ...options, isPublished: true });
  return result.kind === 'rehearsed'
    ? result
    : { kind: 'not rehearsed', version: manifest.version, reason: `it ${result.reason}` };
}

async function currentFigures(
  replaced: Replaced | undefined,
  medianOf: (version: RehearsedVersion) => number | null,
): Promise<CurrentFigures | undefined> {
  if (replaced?.kind !== 'rehearsed') return replaced;
  const { rehearsed } = replaced;
  try {
    return {
      kind: 'rehearsed',
      version: rehearsed.version,
      ...(await measured(rehearsed, medianOf(rehearsed))),
    };
  } catch (error) {
    const reason = errorMessage(error);
    return { kind: 'not rehearsed', version: rehearsed.version, reason };
  }
}

/** Returns the figures, which include a plan's memory, and whether a plan computes the version. */
async function measured(
  rehearsed: RehearsedVersion,
  medianMs: number | null,
): Promise<{ readonly figures: Figures; readonly plan: PlanRecord }> {
  const figures = await readFigures(rehearsed, medianMs);
  const plan = await provePlan(rehearsed);
  return { figures: plan.kind === 'planned' ? await readFigures(rehearsed, medianMs) : figures, plan };
}

function overBudget(needed: number, budget: number): string | undefined {
  if (needed <= budget) return undefined;
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  return `needs about ${megabytes(needed)} MB of memory, and MEMORY_BUDGET_MB is ${megabytes(budget)}`;
}

function refused(
  { manifest }: Candidate,
  reason: string,
): Extract<RehearsalOutcome, { readonly kind: 'refused' }> {
  return { kind: 'refused', reason: `${manifest.model} ${manifest.version} ${reason}` };
}
