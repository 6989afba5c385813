import { formatBytes, plural } from '../cli/format.ts';
import { describePlace } from '../registry/place.ts';
import type { CheckResult } from './check_registry.ts';
import type { Finding } from './finding.ts';
import { EXPLANATIONS, type Where } from './remedies.ts';

/** True if anything is broken, not only worth knowing. */
export function isBroken({ findings }: CheckResult): boolean {
  return findings.some(({ kind }) => EXPLANATIONS[kind].isBroken);
}

/** The most findings of one kind that are listed for people. --json has all of them. */
const LISTED = 20;

/** Describes the result for people: what is broken first, with what it means and the way out. */
export function checkLines(result: CheckResult, where: Where, fast: boolean): string[] {
  const kinds = [...new Set(result.findings.map(({ kind }) => kind))];
  const groups = kinds.map((kind) => result.findings.filter((finding) => finding.kind === kind));
  const [broken, notes] = [true, false].map((wanted) =>
    groups.filter(([first]) => first !== undefined && EXPLANATIONS[first.kind].isBroken === wanted),
  );
  const count = result.findings.filter(({ kind }) => EXPLANATIONS[kind].isBroken).length;
  return [
    `Checked ${describePlace(where.place)}: ${plural(result.models, 'model')}, ${plural(result.versions, 'version')}, ${filesChecked(result, fast)}.`,
    ...(broken ?? []).flatMap((group) => groupLines('BROKEN', group, where)),
    ...(notes ?? []).flatMap((group) => groupLines('note', group, where)),
    count === 0 ? 'Nothing is broken.' : `${plural(count, 'finding')} ${count === 1 ? 'is' : 'are'} broken.`,
  ];
}

function filesChecked({ files }: CheckResult, fast: boolean): string {
  const what = `${plural(files.ofFiles, 'file')} (${formatBytes(files.ofBytes)})`;
  return fast ? `the sizes of ${what}` : `every byte of ${what}`;
}

function groupLines(heading: string, group: readonly Finding[], where: Where): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { meaning, wayOut } = EXPLANATIONS[first.kind];
  const rest = group.length - LISTED;
  return [
    `${heading} (${first.kind})`,
    ...group.slice(0, LISTED).map((finding) => `  ${place(finding)}: ${finding.what}`),
    ...(rest > 0 ? [`  and ${rest} more, which --json lists`] : []),
    `  ${meaning}`,
    `  ${wayOut(first, where)}.`,
  ];
}

function place({ model, version, key }: Finding): string {
  return model === undefined ? key : [model, ...(version === undefined ? [] : [version])].join(' ');
}

export function checkJson(result: CheckResult, { place, bucket }: Where, fast: boolean): object {
  const { findings, models, versions, files } = result;
  return {
    registry: place,
    fast,
    checked: { models, versions, files: files.ofFiles, bytes: files.ofBytes },
    broken: findings.filter(({ kind }) => EXPLANATIONS[kind].isBroken).length,
    findings: findings.map((finding) => {
      const { isBroken, meaning, wayOut } = EXPLANATIONS[finding.kind];
      return { ...finding, broken: isBroken, meaning, wayOut: wayOut(finding, { place, bucket }) };
    }),
  };
}
