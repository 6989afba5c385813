import type { ComponentChildren } from 'preact';
import { formatBytes } from '../../scripts/cli/format.ts';
import type { TrafficReport } from '../../worker/traffic/report/traffic_report.ts';
import { Moment } from '../page/moment.tsx';
import { rowName } from './series.ts';

interface Props {
  readonly report: TrafficReport;
}

interface Counts {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
}

const MOST_ROWS = 50;

/** Canary and current one below the other, to compare. */
export function VersionTable({ report: { versions } }: Props) {
  return (
    <DataTable
      caption="By version"
      head={['Version', 'Requests', 'Refused', 'Failed', 'p50', 'p95', 'p99', 'load p95', 'compute p95']}
      rows={versions.map((row) => ({
        key: `${row.version} ${row.role}`,
        cells: [
          rowName(row),
          ...countCells(row),
          ms(row.latency.p50),
          ms(row.latency.p95),
          ms(row.latency.p99),
          ms(row.waits.load.p95),
          ms(row.waits.compute.p95),
        ],
      }))}
    />
  );
}

/** The older rows are isolates that still answer by an earlier state. */
export function GenerationTable({ report: { generations } }: Props) {
  return (
    <DataTable
      caption="Generations seen"
      head={['Generation', 'Version', 'Requests', 'Isolates', 'Locations', 'Last seen']}
      rows={generations.map((row) => ({
        key: `${row.generation} ${row.version}`,
        cells: [
          row.generation,
          row.version,
          count(row.requests),
          count(row.isolates),
          count(row.locations),
          <Moment key="last" time={row.lastAt} />,
        ],
      }))}
    />
  );
}

export function ShadowTable({ report: { shadows } }: Props) {
  return (
    <DataTable
      caption="Shadow"
      head={['Version', 'Compared', 'Failed', 'Dropped', 'Rows', 'Rows that differ', 'Largest difference']}
      rows={shadows.map((row) => ({
        key: row.version,
        cells: [
          row.version,
          count(row.compared),
          count(row.failed + row.incomparable),
          count(row.dropped),
          count(row.rows),
          count(row.mismatchedRows),
          row.largestAbsolute === null ? 'not finite' : row.largestAbsolute,
        ],
      }))}
    />
  );
}

export function LocationTable({ report: { locations } }: Props) {
  return (
    <DataTable
      caption="By location"
      head={['Location', 'Version', 'Requests', 'Refused', 'Failed', 'p50', 'p95']}
      rows={locations.map((row) => ({
        key: `${row.location} ${row.version}`,
        cells: [
          row.location || 'other Workers',
          row.version,
          ...countCells(row),
          ms(row.latency.p50),
          ms(row.latency.p95),
        ],
      }))}
    />
  );
}

export function KeyTable({ report: { keys } }: Props) {
  return (
    <DataTable
      caption="By API key"
      head={['Key', 'Requests', 'Refused', 'Failed', 'Received', 'Sent']}
      rows={keys.map((row) => ({
        key: row.key,
        cells: [
          row.key || 'without a named key',
          ...countCells(row),
          formatBytes(Math.round(row.requestBytes)),
          formatBytes(Math.round(row.answerBytes)),
        ],
      }))}
    />
  );
}

interface TableProps {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
}

function DataTable({ caption, head, rows }: TableProps) {
  if (rows.length === 0) return null;
  return (
    <div class="scroll">
      <table class="traffic">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, index) => (
                <td key={head[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && <p class="quiet">and {rows.length - MOST_ROWS} more</p>}
    </div>
  );
}

function countCells({ requests, clientErrors, serverErrors }: Counts): string[] {
  return [count(requests), count(clientErrors), count(serverErrors)];
}

/** An estimate need not be whole. */
function count(value: number): string {
  return Math.round(value).toLocaleString();
}

function ms(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1)} ms`;
}
