import type { Percentiles, TrafficReport } from '../../worker/traffic/report/traffic_report.ts';
import { formatAge, formatBytes, formatTable, plural } from '../cli/format.ts';

/**
 * Describes the traffic of a model for people.
 *
 * @param others models with requests, to show where this one has none
 */
export function trafficLines(report: TrafficReport, others: readonly string[]): string[] {
  const { model, minutes, versions } = report;
  if (versions.length === 0) {
    const lines = [`No request of ${model} was recorded in the last ${plural(minutes, 'minute')}.`];
    const known = others.filter((other) => other !== model);
    return known.length === 0 ? lines : [...lines, `Requests of these models were: ${known.join(', ')}`];
  }
  return [
    heading(report),
    '',
    ...table(
      ['version', 'role', ...COUNTS_HEADING, ...LATENCY_HEADING],
      versions.map((row) => [row.version || '-', row.role, ...counts(row), ...latency(row.latency)]),
    ),
    ...section('what they waited for, 95th percentile', waitRows(report)),
    ...section('by location', locationRows(report)),
    ...section('by generation of the pointer', generationRows(report)),
    ...section('shadows', shadowRows(report)),
    ...section('by API key', keyRows(report)),
    ...report.truncated.map((name) => `The list of ${name} is not complete.`),
  ];
}

function heading({ model, minutes, source, sampling }: TrafficReport): string {
  const { points, requests } = sampling;
  const where = source.kind === 'local' ? 'in the local dev' : `in the dataset ${source.dataset}`;
  const sampled = requests > points ? `, estimated from ${plural(points, 'data point')}` : '';
  return `${model}, the last ${plural(minutes, 'minute')} ${where}: ${plural(rounded(requests), 'request')}${sampled}`;
}

const COUNTS_HEADING = ['requests', '4xx', '5xx'];
const LATENCY_HEADING = ['p50', 'p95', 'p99'];

interface Counted {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

function counts({ requests, clientErrors, serverErrors }: Counted): string[] {
  return [requests, clientErrors, serverErrors].map((count) => String(rounded(count)));
}

function latency({ p50, p95, p99 }: Percentiles): string[] {
  return [p50, p95, p99].map(milliseconds);
}

function milliseconds(value: number | null): string {
  return value === null ? '-' : `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ms`;
}

/** Sampled counts are estimates. */
function rounded(count: number): number {
  return Math.round(count);
}

function waitRows({ versions }: TrafficReport): string[][] {
  const names = ['body', 'pointer', 'load', 'compute', 'encode'] as const;
  const answered = versions.filter(({ latency: { p95 } }) => p95 !== null);
  if (answered.length === 0) return [];
  return [
    ['version', 'role', ...names],
    ...answered.map(({ version, role, waits }) => [
      version,
      role,
      ...names.map((name) => milliseconds(waits[name].p95)),
    ]),
  ];
}

function locationRows({ locations }: TrafficReport): string[][] {
  if (locations.length === 0) return [];
  const rows = locations.toSorted((left, right) => right.requests - left.requests);
  return [
    ['location', 'version', ...COUNTS_HEADING, ...LATENCY_HEADING],
    ...rows.map((row) => [row.location || '-', row.version || '-', ...counts(row), ...latency(row.latency)]),
  ];
}

function generationRows({ generations, to }: TrafficReport): string[][] {
  if (generations.length === 0) return [];
  const since = (at: string): string => formatAge(Date.parse(to) - Date.parse(at));
  return [
    ['generation', 'version', 'requests', 'isolates', 'locations', 'last'],
    ...generations.map(({ generation, version, requests, isolates, locations, lastAt }) => [
      String(generation),
      version,
      String(rounded(requests)),
      String(isolates),
      String(locations),
      since(lastAt),
    ]),
  ];
}

function shadowRows({ shadows }: TrafficReport): string[][] {
  if (shadows.length === 0) return [];
  const difference = (value: number | null): string => (value === null ? '-' : value.toPrecision(3));
  return [
    ['version', 'compared', 'incomparable', 'failed', 'dropped', 'largest difference', 'rows that differ'],
    ...shadows.map((row) => [
      row.version,
      ...[row.compared, row.incomparable, row.failed, row.dropped].map((count) => String(rounded(count))),
      difference(row.largestAbsolute),
      `${rounded(row.mismatchedRows)} of ${rounded(row.rows)}`,
    ]),
  ];
}

function keyRows({ keys }: TrafficReport): string[][] {
  if (!keys.some(({ key }) => key !== '')) return [];
  return [
    ['key', ...COUNTS_HEADING, 'examples', 'received', 'sent'],
    ...keys
      .toSorted((left, right) => right.requests - left.requests)
      .map((row) => [
        row.key || '-',
        ...counts(row),
        String(rounded(row.examples)),
        formatBytes(rounded(row.requestBytes)),
        formatBytes(rounded(row.answerBytes)),
      ]),
  ];
}

function section(title: string, rows: readonly string[][]): string[] {
  const [head, ...body] = rows;
  return head === undefined ? [] : ['', title, ...table(head, body)];
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  return formatTable([head, ...body]).map((line) => `  ${line}`);
}
