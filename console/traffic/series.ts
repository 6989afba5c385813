import type { TrafficReport } from '../../worker/traffic/report/traffic_report.ts';

type VersionTraffic = TrafficReport['versions'][number];

/** A line of a chart: one value for each time step, or null for a step without a value. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Times in seconds since 1970, one for each step of the report that is over: another one would look like a drop. */
export function stepTimes({ from, to, stepSeconds }: TrafficReport): number[] {
  const first = Math.floor(Date.parse(from) / 1000 / stepSeconds) * stepSeconds;
  const last = Date.parse(to) / 1000;
  const times: number[] = [];
  for (let time = first; time + stepSeconds <= last; time += stepSeconds) times.push(time);
  return times;
}

/** A version in a role, as charts and tables name it. */
export function rowName({ version, role }: Pick<VersionTraffic, 'version' | 'role'>): string {
  if (version === '') return 'no version';
  return role === 'current' ? version : `${version} (${role})`;
}

/** Requests per minute. A step that is not in the report had none. */
export function requestLines(report: TrafficReport): Line[] {
  const perMinute = 60 / report.stepSeconds;
  return linesOf(report, report.versions, rowName, (step) => (step?.requests ?? 0) * perMinute);
}

/** Server errors in percent of the requests. A step without requests has no share. */
export function errorLines(report: TrafficReport): Line[] {
  return linesOf(report, report.versions, rowName, (step) =>
    step === undefined || step.requests === 0 ? null : (100 * step.serverErrors) / step.requests,
  );
}

/** The 95th percentile of the latency in milliseconds. */
export function latencyLines(report: TrafficReport): Line[] {
  return linesOf(report, report.versions, rowName, (step) => step?.latency.p95 ?? null);
}

/** Requests per minute by the generation of the pointer that answered them. */
export function generationLines(report: TrafficReport): Line[] {
  const perMinute = 60 / report.stepSeconds;
  return linesOf(
    report,
    report.generations,
    ({ generation, version }) => `generation ${generation} (${version})`,
    (step) => (step?.requests ?? 0) * perMinute,
  );
}

function linesOf<const Each extends { readonly at: string }, Row extends { readonly steps: readonly Each[] }>(
  report: TrafficReport,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  valueAt: (step: Row['steps'][number] | undefined) => number | null,
): Line[] {
  const times = stepTimes(report);
  const [first = 0] = times;
  return rows.map((row) => {
    const steps = new Map(
      row.steps.map((step) => [Math.round((Date.parse(step.at) / 1000 - first) / report.stepSeconds), step]),
    );
    return { name: nameOf(row), values: times.map((_, index) => valueAt(steps.get(index))) };
  });
}
