import type { Blob } from '../../worker/model/content.ts';
import type { ChangeTiming } from '../../worker/registry/pointer/change/change_pointer.ts';
import { versionStanding } from '../../worker/registry/pointer/change/republish.ts';
import { effectDocument } from '../../worker/registry/pointer/effect.ts';
import { formatBytes, plural } from '../cli/format.ts';
import { commandLine } from '../cli/invocation.ts';
import { effectLines } from '../pointer/change_timing.ts';
import { describeChange, placeOptions } from '../pointer/pointer_report.ts';
import { describePlace, type PlaceDescription } from '../registry/place.ts';
import { rehearsalJson, rehearsalLines } from '../rehearsal/rehearsal_report.ts';
import { leftOutLines } from '../status/model_report.ts';
import type { Checks } from './checks/check_candidate.ts';
import type { PublishOutcome } from './publish_model.ts';

export interface PublishReport {
  readonly model: string;
  readonly place: PlaceDescription;
  /** True if a flip was requested. */
  readonly flip: boolean;
  /** True if staging was requested instead. */
  readonly stage?: boolean;
  readonly label: string | undefined;
  readonly timing?: ChangeTiming;
  /** False if no server is known that could have changed over. */
  readonly served?: boolean;
  readonly outcome: Extract<PublishOutcome, { kind: 'published' }>;
}

/** Describes the result of a publish for people. */
export function publishLines(report: PublishReport): string[] {
  const { model, place, outcome } = report;
  const { version, manifest, uploaded, present, change, effect, checks } = outcome;
  const lines = [
    ...checkLines(version, checks),
    ...leftOutLines(outcome.leftOut),
    manifest === 'written'
      ? `Published ${model} ${version} to ${describePlace(place)}.`
      : `${model} ${version} already exists in ${describePlace(place)} with this content.`,
    `Uploaded ${describeFiles(uploaded)}; there already ${describeFiles(present)}.`,
  ];
  if (change !== undefined) lines.push(describeChange(model, change));
  if (effect !== undefined) lines.push(...effectLines(effect, report.timing ?? {}, report.served ?? true));
  lines.push(...adviceLines(report));
  return lines;
}

/** Describes the result of a dry run for people. */
export function dryRunLines(model: string, { version, checks, leftOut, isPublished }: Checked): string[] {
  return [
    ...differenceLines(checks.differences),
    ...checkLines(version, checks),
    ...leftOutLines(leftOut),
    isPublished
      ? `${model} ${version} is already published with this content. Nothing was changed.`
      : `${model} ${version} can be published. Nothing was uploaded.`,
  ];
}

export function dryRunJson(model: string, place: PlaceDescription, outcome: Checked): object {
  const { version, isPublished, checks, leftOut } = outcome;
  return { model, version, registry: place, dryRun: true, isPublished, leftOut, ...checksJson(checks) };
}

type Checked = Extract<PublishOutcome, { kind: 'checked' }>;

/** Describes what clients of the current version notice. */
export function differenceLines(differences: Checks['differences']): string[] {
  const changed = differences.map(
    ({ isBreaking, what }) => `  ${isBreaking ? 'breaks clients' : 'harmless'}: ${what}`,
  );
  return changed.length === 0 ? [] : ['Differences from the current version:', ...changed];
}

function checkLines(version: string, { rehearsal, room }: Checks): string[] {
  return [
    ...(rehearsal === undefined ? [] : rehearsalLines(version, rehearsal)),
    ...(room === undefined ? [] : [room]),
  ];
}

function checksJson({ rehearsal, differences, room }: Checks): object {
  return {
    rehearsal: rehearsal === undefined ? null : rehearsalJson(rehearsal),
    differences,
    room: room ?? null,
  };
}

export function publishJson({ model, place, outcome }: PublishReport): object {
  const { version, manifest, uploaded, present, change, effect, pointer, checks, leftOut } = outcome;
  return {
    model,
    version,
    registry: place,
    leftOut,
    manifest,
    uploaded,
    present,
    uploadedBytes: totalBytes(uploaded),
    presentBytes: totalBytes(present),
    change: change ?? null,
    effect: effect === undefined ? null : effectDocument(effect),
    current: pointer?.current ?? null,
    generation: pointer?.generation ?? null,
    ...checksJson(checks),
  };
}

function adviceLines({ model, place, flip, stage, outcome }: PublishReport): string[] {
  const { version, change, pointer } = outcome;
  const options = placeOptions(place);
  if (stage && pointer?.next?.version === version) {
    return [
      ...(change === undefined ? ['It is staged already.'] : []),
      `Flip to it with: ${commandLine('promote', `${model}${options}`)}`,
    ];
  }
  const flipTo = commandLine('rollback', `${model} ${version}${options}`);
  if (pointer === undefined)
    return [`${model} has no current version; publish without --no-flip to make it one.`];
  switch (versionStanding(pointer, version)) {
    case 'current':
      if (change === undefined) return ['It is current: nothing to do.'];
      return pointer.previous === null
        ? []
        : [`Roll back with: ${commandLine('rollback', `${model}${options}`)}`];
    case 'was current':
      return flip
        ? [
            `It was current before and ${pointer.current} was chosen since, so nothing was flipped.`,
            `To go back to it: ${flipTo}`,
          ]
        : [`${pointer.current} stays current. To flip to it: ${flipTo}`];
    case 'not in history':
      return flip
        ? [
            'It is older than the history, which cannot tell whether it was current before, so nothing was flipped.',
            `To flip to it: ${flipTo}`,
          ]
        : [
            `${pointer.current} stays current. To flip to it: ${commandLine('promote', `${model} ${version}${options}`)}`,
          ];
  }
}

function describeFiles(blobs: readonly Blob[]): string {
  return blobs.length === 0
    ? 'nothing'
    : `${plural(blobs.length, 'file')} (${formatBytes(totalBytes(blobs))})`;
}

function totalBytes(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes, 0);
}
