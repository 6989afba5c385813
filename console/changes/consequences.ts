import { formatDuration } from '../../scripts/cli/format.ts';
import { leaseInForce, WRITE_ALLOWANCE_MS } from '../../worker/registry/pointer/moment.ts';
import type { Pointer, Trial } from '../../worker/registry/pointer/pointer.ts';

/** Says in sentences what requests will notice of a change from one state of a pointer to the next. */
export function consequencesOf(before: Pointer | undefined, after: Pointer): string[] {
  if (before === undefined) return [`${after.current} becomes the first current version.`];
  return [
    ...currentSentences(before, after),
    ...labelSentences(before.labels, after.labels),
    ...stagedSentences(before.next?.version, after.next?.version),
    ...trialSentences('canary', before.canary, after.canary),
    ...trialSentences('shadow', before.shadow, after.shadow),
    momentSentence(before),
  ];
}

function currentSentences(before: Pointer, after: Pointer): string[] {
  if (before.current === after.current) return [];
  return [
    `${after.current} answers all requests that name no version, instead of ${before.current}.`,
    ...(after.previous === null ? [] : [`A rollback then leads to ${after.previous}.`]),
  ];
}

function labelSentences(before: Pointer['labels'], after: Pointer['labels']): string[] {
  const sentences: string[] = [];
  for (const label of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before[label], after[label]];
    if (from === to) continue;
    if (to === undefined)
      sentences.push(`Requests for the label “${label}” are refused, which named ${from}.`);
    else if (from === undefined) sentences.push(`Requests for the label “${label}” are answered by ${to}.`);
    else sentences.push(`Requests for the label “${label}” are answered by ${to} instead of ${from}.`);
  }
  return sentences;
}

function stagedSentences(before: string | undefined, after: string | undefined): string[] {
  if (before === after) return [];
  return [
    ...(before === undefined ? [] : [`The staging of ${before} ends.`]),
    ...(after === undefined
      ? []
      : [`Isolates load ${after} in the background. It answers no request until it is promoted.`]),
  ];
}

function trialSentences(
  role: 'canary' | 'shadow',
  before: Trial | undefined,
  after: Trial | undefined,
): string[] {
  if (before?.version === after?.version && before?.percent === after?.percent) return [];
  if (after === undefined)
    return before === undefined ? [] : [`The ${role} ${before.version} at ${before.percent} % ends.`];
  const share =
    before === undefined ? `${after.percent} %` : `${after.percent} % instead of ${before.percent} %`;
  return role === 'canary'
    ? [
        `${after.version} answers ${share} of the requests that name no version. If it fails, the current version answers.`,
      ]
    : [`${after.version} repeats ${share} of the requests, to be compared. Clients never see its answers.`];
}

function momentSentence(before: Pointer): string {
  const { ms, clockSkewMs } = leaseInForce(before);
  if (ms === 0) return 'It takes effect with the next request.';
  const delay = formatDuration(ms + clockSkewMs + WRITE_ALLOWANCE_MS);
  return `Every isolate changes over at one moment, ${delay} after the write. No request fails because of it.`;
}
