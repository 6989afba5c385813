import { useState } from 'preact/hooks';
import type { TrafficReport } from '../../worker/traffic/report/traffic_report.ts';
import type { ManagementApi } from '../api/management_api.ts';
import { Notice } from '../page/notice.tsx';
import { usePolled } from '../page/use_polled.ts';
import { Chart } from './chart.tsx';
import { errorLines, generationLines, latencyLines, requestLines, stepTimes } from './series.ts';
import { GenerationTable, KeyTable, LocationTable, ShadowTable, VersionTable } from './traffic_tables.tsx';

const SPANS = [
  { minutes: 15, text: '15 minutes' },
  { minutes: 60, text: 'an hour' },
  { minutes: 24 * 60, text: 'a day' },
  { minutes: 7 * 24 * 60, text: 'a week' },
] as const;

interface Props {
  readonly api: ManagementApi;
  readonly model: string;
}

/** The requests of the last minutes, of all isolates. */
export function TrafficPanel({ api, model }: Props) {
  const [minutes, setMinutes] = useState<number>(SPANS[0].minutes);
  const {
    value: report,
    fault,
    status,
  } = usePolled(() => api.traffic(model, minutes), `${model} ${minutes}`);
  return (
    <section aria-label="Traffic">
      <label class="inline">
        The last
        <select value={minutes} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
          {SPANS.map((span) => (
            <option key={span.minutes} value={span.minutes}>
              {span.text}
            </option>
          ))}
        </select>
      </label>
      {report === undefined && fault === undefined && <p class="quiet">Reading the requests…</p>}
      {fault !== undefined && (
        // 501: it is not switched on, and the message says how.
        <Notice kind={status === 501 ? 'info' : 'error'}>{fault}</Notice>
      )}
      {report !== undefined && <Report report={report} />}
    </section>
  );
}

function Report({ report }: { readonly report: TrafficReport }) {
  const times = stepTimes(report);
  const { points, requests } = report.sampling;
  if (report.versions.length === 0) return <p>No request came in this time.</p>;
  return (
    <>
      <p class="quiet">
        {Math.round(requests)} requests
        {requests > points && `, estimated from ${points} sampled ones`}, from{' '}
        {report.source.kind === 'local' ? 'the local store of dev' : `the dataset ${report.source.dataset}`},
        in steps of {report.stepSeconds} s.
        {report.truncated.length > 0 && ` Too long, and cut: ${report.truncated.join(', ')}.`}
      </p>
      <div class="charts">
        <Chart title="Requests" unit="per minute" times={times} lines={requestLines(report)} />
        <Chart title="Server errors" unit="% of the requests" times={times} lines={errorLines(report)} />
        <Chart title="Latency, 95th percentile" unit="ms" times={times} lines={latencyLines(report)} />
        <Chart
          title="Generations that still answer"
          unit="requests per minute"
          times={times}
          lines={generationLines(report)}
        />
      </div>
      <VersionTable report={report} />
      <GenerationTable report={report} />
      <ShadowTable report={report} />
      <LocationTable report={report} />
      <KeyTable report={report} />
    </>
  );
}
