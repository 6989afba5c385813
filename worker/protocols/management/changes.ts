import * as v from 'valibot';
import { NameSchema, VersionSchema } from '../../registry/manifest.ts';
import { pointToVersion } from '../../registry/point_to_version.ts';
import type { Pointer } from '../../registry/pointer.ts';
import { BY_LENGTH, REASON_LENGTH } from '../../registry/pointer_change.ts';
import { type PointerUpdate, updatePointer } from '../../registry/pointer_store.ts';
import {
  type ChangeRecord,
  labelTransition,
  type PointerTransition,
  promotable,
  promoteTransition,
  publishTransition,
  rollbackTransition,
  unlabelTransition,
} from '../../registry/pointer_transitions.ts';
import { pruneModel } from '../../registry/pruning.ts';
import {
  canaryTransition,
  shadowTransition,
  stageTransition,
  unstageTransition,
} from '../../registry/rollout_transitions.ts';
import type { ManagementRequest } from './management.ts';
import { wait } from './wait.ts';

/** Members that every change takes. */
const WHY = {
  reason: v.optional(v.pipe(v.string(), v.maxLength(REASON_LENGTH))),
  by: v.optional(v.pipe(v.string(), v.maxLength(BY_LENGTH))),
};
const PercentSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const TrialSchema = v.strictObject({ version: v.optional(VersionSchema), percent: PercentSchema, ...WHY });

/** The bodies of the changes, by what stands behind the model's name in the path. */
export const CHANGE_SCHEMAS = {
  flip: v.strictObject({ version: VersionSchema, label: v.optional(NameSchema), ...WHY }),
  promote: v.strictObject({ version: v.optional(VersionSchema), ...WHY }),
  rollback: v.strictObject({ to: v.optional(VersionSchema), ...WHY }),
  label: v.strictObject({ label: NameSchema, version: VersionSchema, ...WHY }),
  unlabel: v.strictObject({ label: NameSchema, ...WHY }),
  stage: v.strictObject({ version: VersionSchema, ...WHY }),
  unstage: v.strictObject({ version: v.optional(VersionSchema), ...WHY }),
  canary: TrialSchema,
  shadow: TrialSchema,
  prune: v.strictObject({
    keep: v.pipe(v.number(), v.integer(), v.minValue(0)),
    dryRun: v.optional(v.boolean(), false),
    ...WHY,
  }),
} as const;

export type ChangeName = keyof typeof CHANGE_SCHEMAS;

export const CHANGE_NAMES = [
  'flip',
  'promote',
  'rollback',
  'label',
  'unlabel',
  'stage',
  'unstage',
  'canary',
  'shadow',
  'prune',
] as const satisfies readonly ChangeName[];

type Body<Name extends ChangeName> = v.InferOutput<(typeof CHANGE_SCHEMAS)[Name]>;

/** A change that was asked for, its body read by its schema. */
export type Change = { [Name in ChangeName]: { readonly name: Name; readonly body: Body<Name> } }[ChangeName];

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly generation: number | null; readonly json: object }
  /** The pointer is not what the caller thought; this is its generation now. */
  | { readonly kind: 'moved'; readonly generation: number | null }
  | { readonly kind: 'refused'; readonly reason: string };

export interface ChangeRequest {
  readonly model: string;
  /** The generation that the caller has seen; 0 where there was no pointer yet. */
  readonly expected: number | 'any';
  /** As it is at the beginning: what `previous` means is settled once. */
  readonly pointer: Pointer | undefined;
  readonly record: ChangeRecord;
}

/**
 * Makes a change to a model's pointer, if the pointer still is of the generation that the caller has seen. That
 * is looked at within the compare-and-set, so of two callers with one generation exactly one gets through.
 *
 * @throws storage faults
 */
export async function makeChange(
  { store }: Pick<ManagementRequest, 'store'>,
  request: ChangeRequest,
  change: Change,
): Promise<ChangeOutcome> {
  const { model, expected, pointer, record } = request;
  let found: { readonly generation: number | null } | undefined;
  const expecting =
    (transition: PointerTransition): PointerTransition =>
    (before) => {
      if (expected === 'any' || expected === (before?.generation ?? 0)) return transition(before);
      found = { generation: before?.generation ?? null };
      return { kind: 'refused', reason: 'the pointer has moved' };
    };
  const point = (version: string, transition: PointerTransition): Promise<PointerUpdate> =>
    pointToVersion(store, model, version, expecting(transition), { wait });
  const update = (transition: PointerTransition): Promise<PointerUpdate> =>
    updatePointer(store, model, expecting(transition), { wait });

  if (expected !== 'any' && expected !== (pointer?.generation ?? 0)) {
    return { kind: 'moved', generation: pointer?.generation ?? null };
  }
  if (change.name === 'prune') {
    const pruned = await pruneModel(store, model, { ...change.body, record, wait });
    return pruned.kind === 'refused' ? pruned : { kind: 'done', generation: null, json: pruned };
  }
  const outcome = await apply(change, pointer, record, point, update);
  if (found !== undefined) return { kind: 'moved', ...found };
  if (outcome.kind === 'refused') return outcome;
  const made = outcome.kind === 'changed' ? outcome.change : null;
  return {
    kind: 'done',
    generation: outcome.pointer.generation,
    json: { change: made, pointer: outcome.pointer },
  };
}

type Point = (version: string, transition: PointerTransition) => Promise<PointerUpdate>;
type Update = (transition: PointerTransition) => Promise<PointerUpdate>;

function apply(
  change: Exclude<Change, { name: 'prune' }>,
  pointer: Pointer | undefined,
  record: ChangeRecord,
  point: Point,
  update: Update,
): Promise<PointerUpdate> {
  switch (change.name) {
    case 'flip':
      return point(change.body.version, publishTransition(change.body.version, record, change.body.label));
    case 'promote': {
      const version = change.body.version ?? (pointer && promotable(pointer));
      const transition = promoteTransition(change.body.version, record);
      return typeof version === 'string' ? point(version, transition) : update(transition);
    }
    case 'rollback': {
      const version = change.body.to ?? pointer?.previous ?? undefined;
      const transition = rollbackTransition(version, record);
      return version === undefined ? update(transition) : point(version, transition);
    }
    case 'label':
      return point(change.body.version, labelTransition(change.body.label, change.body.version, record));
    case 'unlabel':
      return update(unlabelTransition(change.body.label, record));
    case 'stage':
      return point(change.body.version, stageTransition(change.body.version, record));
    case 'unstage':
      return update(unstageTransition(change.body.version, record));
    case 'canary':
    case 'shadow': {
      const { version } = change.body;
      const transition = (change.name === 'canary' ? canaryTransition : shadowTransition)(
        change.body,
        record,
      );
      return version === undefined ? update(transition) : point(version, transition);
    }
  }
}
