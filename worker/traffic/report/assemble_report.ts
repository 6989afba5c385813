import type { Rows } from './query_rows.ts';
import { MOST_ROWS, type Percentiles, type TrafficReport } from './traffic_report.ts';

/** What a report is about, and where its rows come from. */
export interface ReportFrame {
  readonly model: string;
  readonly source: TrafficReport['source'];
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  readonly stepSeconds: number;
}

/** Makes the report of a model's traffic from the rows that its queries returned. */
export function assembleReport({ from, to, ...frame }: ReportFrame, rows: Rows): TrafficReport {
  return {
    ...frame,
    from: timestamp(from),
    to: timestamp(to),
    sampling: {
      points: sum(rows.versions.map(({ points }) => points)),
      requests: sum(rows.versions.map(({ requests }) => requests)),
    },
    versions: versions(rows),
    locations: rows.locations.map((row) => ({
      location: row.location,
      version: row.version,
      ...counts(row),
      latency: latency(row),
    })),
    generations: generations(rows),
    shadows: shadows(rows.shadows),
    keys: rows.keys.map((row) => ({ key: row.apiKey, ...counts(row), ...amounts(row) })),
    truncated: truncated(rows),
  };
}

interface Counted {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

function counts({ requests, clientErrors, serverErrors }: Counted): Counted {
  return { requests, clientErrors, serverErrors };
}

function amounts(row: Rows['keys'][number] | Rows['versions'][number]) {
  return {
    examples: row.allExamples,
    requestBytes: row.allRequestBytes,
    answerBytes: row.allAnswerBytes,
  };
}

function latency(
  row: Rows['steps'][number] | Rows['locations'][number] | Rows['versions'][number],
): Percentiles {
  return { p50: row.latency50, p95: row.latency95, p99: row.latency99 };
}

function versions({ versions: all, steps }: Rows): TrafficReport['versions'] {
  const stepsOf = grouped(steps, ({ version, role }) => `${role} ${version}`);
  return all
    .map((row) => ({
      version: row.version,
      role: row.role,
      ...counts(row),
      ...amounts(row),
      latency: latency(row),
      waits: {
        body: { p50: row.body50, p95: row.body95, p99: row.body99 },
        pointer: { p50: row.pointer50, p95: row.pointer95, p99: row.pointer99 },
        load: { p50: row.load50, p95: row.load95, p99: row.load99 },
        compute: { p50: row.compute50, p95: row.compute95, p99: row.compute99 },
        encode: { p50: row.encode50, p95: row.encode95, p99: row.encode99 },
      },
      steps: (stepsOf.get(`${row.role} ${row.version}`) ?? []).map((step) => ({
        at: timestamp(step.step),
        ...counts(step),
        latency: latency(step),
      })),
    }))
    .sort((left, right) => right.requests - left.requests);
}

/** Newest first. A generation can have two versions: the current one and a canary. */
function generations({ generations: all, generationSteps }: Rows): TrafficReport['generations'] {
  const stepsOf = grouped(generationSteps, ({ generation, version }) => `${generation} ${version}`);
  return all
    .filter(({ version }) => version !== '')
    .map((row) => ({
      generation: row.generation,
      version: row.version,
      requests: row.requests,
      isolates: row.isolates,
      locations: row.locations,
      firstAt: timestamp(row.firstSeconds),
      lastAt: timestamp(row.lastSeconds),
      steps: (stepsOf.get(`${row.generation} ${row.version}`) ?? []).map(({ step, requests }) => ({
        at: timestamp(step),
        requests,
      })),
    }))
    .sort((left, right) => right.generation - left.generation);
}

function shadows(rows: Rows['shadows']): TrafficReport['shadows'] {
  return [...grouped(rows, ({ version }) => version)].map(([version, outcomes]) => {
    const computations = (outcome: Rows['shadows'][number]['outcome']): number =>
      sum(outcomes.filter((row) => row.outcome === outcome).map((row) => row.computations));
    const compared = outcomes.find(({ outcome }) => outcome === 'compared');
    return {
      version,
      compared: computations('compared'),
      incomparable: computations('incomparable'),
      failed: computations('failed'),
      dropped: computations('dropped'),
      rows: compared?.allComparedRows ?? 0,
      mismatchedRows: compared?.allMismatchedRows ?? 0,
      largestAbsolute: difference(compared?.largestAbsolute),
      largestRelative: difference(compared?.largestRelative),
    };
  });
}

/** The largest number stands for a difference that is not finite. */
function difference(largest: number | undefined): number | null {
  return largest === undefined || largest === Number.MAX_VALUE ? null : largest;
}

function truncated(rows: Rows): TrafficReport['truncated'] {
  const isFull = (name: keyof Rows): boolean => rows[name].length >= MOST_ROWS;
  const lists = (['versions', 'locations', 'generations', 'shadows', 'keys'] as const).filter(isFull);
  return isFull('steps') || isFull('generationSteps') ? [...lists, 'steps'] : lists;
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
