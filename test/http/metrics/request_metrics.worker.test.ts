import { expect, test } from 'vitest';
import { RequestMetrics, type RequestRecord } from '../../../worker/http/metrics/request_metrics.ts';

const OK: RequestRecord = {
  model: 'm',
  isKnownModel: true,
  version: '1.0.0',
  api: 'predict',
  httpStatus: 200,
  milliseconds: 0.05,
  examples: 3,
};

function rendered(...records: readonly RequestRecord[]): string[] {
  const metrics = new RequestMetrics();
  for (const record of records) metrics.record(record);
  return metrics.render().split('\n');
}

test('names, labels and buckets of TensorFlow Serving, with the version', () => {
  const lines = rendered(OK, OK, { ...OK, httpStatus: 400 });
  const latency = ':tensorflow:serving:request_latency';
  const labels = 'model_name="m",API="predict",entrypoint="REST",version="1.0.0"';
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE :tensorflow:serving:request_count counter',
      ':tensorflow:serving:request_count{model_name="m",status="OK",version="1.0.0"} 2',
      ':tensorflow:serving:request_count{model_name="m",status="INVALID_ARGUMENT",version="1.0.0"} 1',
      `# TYPE ${latency} histogram`,
      `${latency}_bucket{${labels},le="10"} 0`,
      `${latency}_bucket{${labels},le="32.4"} 0`,
      `${latency}_bucket{${labels},le="58.32"} 2`,
      `${latency}_bucket{${labels},le="188.957"} 2`,
      `${latency}_bucket{${labels},le="1.47476e+09"} 2`,
      `${latency}_bucket{${labels},le="+Inf"} 2`,
      `${latency}_sum{${labels}} 100`,
      `${latency}_count{${labels}} 2`,
      ':tensorflow:serving:request_example_counts_bucket{model="m",version="1.0.0",le="2"} 0',
      ':tensorflow:serving:request_example_counts_bucket{model="m",version="1.0.0",le="4"} 2',
      ':tensorflow:serving:request_example_count_total{model="m",version="1.0.0"} 6',
    ]),
  );
  expect(lines.filter((line) => line.startsWith(`${latency}_bucket`))).toHaveLength(34);
});

test('models that do not exist share one line', () => {
  const unknown = Array.from({ length: 1000 }, (_, index) => ({
    ...OK,
    model: `m${index}`,
    isKnownModel: false,
    version: '',
    httpStatus: 404,
  }));
  expect(rendered(...unknown)).toEqual([
    '# TYPE :tensorflow:serving:request_count counter',
    ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND",version=""} 1000',
    '',
  ]);
});

test('a model that exists counts by its name before a version is chosen', () => {
  const malformed = { ...OK, isKnownModel: false, version: '', httpStatus: 400 };
  expect(rendered(malformed, OK, malformed).slice(1, 4)).toEqual([
    ':tensorflow:serving:request_count{model_name="",status="INVALID_ARGUMENT",version=""} 1',
    ':tensorflow:serving:request_count{model_name="m",status="OK",version="1.0.0"} 1',
    ':tensorflow:serving:request_count{model_name="m",status="INVALID_ARGUMENT",version=""} 1',
  ]);
});
