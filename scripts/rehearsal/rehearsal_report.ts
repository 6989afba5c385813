import type { Figures, PlanRecord } from '../../worker/registry/version/rehearsal_record.ts';
import { formatBytes, formatDifference, formatTable, plural } from '../cli/format.ts';
import type { RehearsalOutcome } from './rehearse.ts';

type Done = Extract<RehearsalOutcome, { kind: 'done' }>;

/** Describes a rehearsal for people: the candidate next to the current version. */
export function rehearsalLines(version: string, { rehearsal, current, unquantized, notes }: Done): string[] {
  if (rehearsal.kind === 'skipped') {
    return [`NOT REHEARSED: nothing has shown that ${version} loads and computes correctly.`];
  }
  const beside = [
    ...(current?.kind === 'rehearsed' ? [{ ...current, name: `${current.version} (current)` }] : []),
    ...(unquantized?.kind === 'rehearsed' ? [{ ...unquantized, name: 'not quantized' }] : []),
  ];
  const rows = figureRows([rehearsal.figures, ...beside.map(({ figures }) => figures)]);
  const { plan } = rehearsal;
  if (plan !== undefined)
    rows.push(['computed by', ...[plan, ...beside.map((each) => each.plan)].flatMap(computedBy)]);
  const heading = ['', version, ...beside.map(({ name }) => name)];
  const { examples, largestDifference } = rehearsal.golden;
  const agreement =
    examples === 0
      ? []
      : [
          `It agrees with ${plural(examples, 'golden example')}` +
            (largestDifference === null
              ? '.'
              : `; the largest difference is ${formatDifference(largestDifference)}.`),
        ];
  return [
    'Rehearsed in a local workerd:',
    ...formatTable([heading, ...rows]).map((line) => `  ${line}`),
    ...agreement,
    ...(unquantized?.kind === 'rehearsed' ? speedLines(rehearsal.figures, unquantized.figures) : []),
    ...planLines(plan),
    ...notes,
    ...(current?.kind === 'not rehearsed'
      ? [`The current version ${current.version} could not be rehearsed: ${current.reason}`]
      : []),
  ];
}

export function rehearsalJson({ rehearsal, current, unquantized, notes }: Done): object {
  return { ...rehearsal, current: current ?? null, ...(unquantized && { unquantized }), notes };
}

/** Medians of one network differ by so much of themselves by chance, with the time of HTTP in them. */
const NOISE = 0.2;

/** Says plainly whether a quantized network is slower than it was. */
function speedLines({ medianMs: now }: Figures, { medianMs: before }: Figures): string[] {
  if (now === null || before === null || before === 0) return [];
  const ratio = now / before;
  if (ratio > 1 + NOISE)
    return [
      `SLOWER: an answer takes ${ratio.toFixed(1)} times as long as not quantized. Publish it without --quantize, unless the smaller files and weights matter more.`,
    ];
  if (ratio < 1 - NOISE)
    return [`An answer takes ${ratio.toFixed(2)} of the time that it takes not quantized.`];
  return [
    'An answer takes about as long as not quantized, so that only files and weights are smaller: publish it without --quantize, unless they matter.',
  ];
}

function figureRows(figures: readonly Figures[]): string[][] {
  return SHOWN_FIGURES.map(([name, show]) => [name, ...figures.map(show)]);
}

/** The figures of a rehearsal as people read them. */
export const SHOWN_FIGURES: readonly (readonly [name: string, show: (figures: Figures) => string])[] = [
  ['WebAssembly heap', ({ heapBytes }) => formatBytes(heapBytes)],
  ['loading and warmup', ({ loadMs }) => milliseconds(loadMs)],
  ['first answer', ({ firstMs }) => milliseconds(firstMs)],
  ['answer, median', ({ medianMs }) => milliseconds(medianMs)],
];

function computedBy(plan: PlanRecord | undefined): string[] {
  switch (plan?.kind) {
    case undefined:
      return [];
    case 'planned':
      return ['a plan'];
    case 'not planned':
      return ["tfjs's executor"];
    case 'not shown':
      return ['-'];
  }
}

function planLines(plan: PlanRecord | undefined): string[] {
  switch (plan?.kind) {
    case 'not planned':
      return [`No plan can compute it, so that it runs more slowly: ${plan.reason}.`];
    case 'not shown':
      return ['It is unknown if a plan can compute it: that takes two requests with different values.'];
    default:
      return [];
  }
}

function milliseconds(value: number | null): string {
  return value === null ? '-' : `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}
