import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { exercisedMetrics, type MetricLabels } from './exercised_worker.ts';
import {
  documentedAlerts,
  documentedMetrics,
  readAlerts,
  readPrometheusDashboard,
} from './monitoring_files.ts';
import { promqlReferences } from './promql.ts';

/** Prometheus adds them to each scrape. */
const OF_PROMETHEUS = ['job', 'instance'];
/** What a metric of Prometheus itself says about a scrape. */
const SCRAPES: MetricLabels = new Map([['up', new Set()]]);
/** They need a broken runtime, which no request is known to cause, or API keys, without which the tests ask. */
const NOT_CAUSED = [
  'edge_serving_runtime_breaks_total',
  'edge_serving_shadow_stops_total',
  'edge_serving_key_requests_total',
];

const folder = await temporaryFolder();
let metrics: MetricLabels;
beforeAll(async () => {
  metrics = await exercisedMetrics(folder);
});

/** The parts of an expression that no metric of the Worker has. */
function unknownParts(expression: string): string[] {
  const { metrics: named, labels } = promqlReferences(expression);
  const unknown: string[] = [];
  for (const name of named) {
    const known = metrics.get(name) ?? SCRAPES.get(name);
    if (known === undefined) unknown.push(name);
    else unknown.push(...[...labels].filter((label) => !known.has(label) && !OF_PROMETHEUS.includes(label)));
  }
  return unknown;
}

/** The labels that a text shows, where `pattern` finds them. */
const shown = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, label = '']) => label);

describe.each(readAlerts())('the alert $alert', ({ alert, expr, annotations }) => {
  test('asks for metrics and labels that the Worker has', () => {
    expect(unknownParts(expr)).toEqual([]);
  });

  test('shows labels that its expression leaves', () => {
    const { metrics: named, labels } = promqlReferences(expr);
    const isGrouped = / by \(/.test(expr);
    const left = isGrouped
      ? labels
      : new Set([...OF_PROMETHEUS, ...[...named].flatMap((name) => [...(metrics.get(name) ?? [])])]);
    for (const label of shown(annotations.summary + annotations.description, /\$labels\.(\w+)/g)) {
      expect(left).toContain(label);
    }
  });

  test('is in the table of the page', () => {
    expect(documentedAlerts()).toContain(alert);
  });
});

describe('the dashboard of Prometheus', () => {
  const { panels } = readPrometheusDashboard();

  test.each(panels)('asks for metrics and labels that the Worker has: $title', ({ targets }) => {
    for (const { expr, legendFormat } of targets) {
      expect(unknownParts(expr), expr).toEqual([]);
      const named = [...promqlReferences(expr).metrics];
      for (const label of shown(legendFormat, /\{\{(\w+)\}\}/g)) {
        for (const name of named) expect(metrics.get(name), `${name} ${legendFormat}`).toContain(label);
      }
    }
  });

  test('has panels with numbers of their own, side by side', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(panels.length);
  });
});

test('the page lists exactly the metrics of the Worker, with their labels', () => {
  const parts = /_(bucket|sum|count)$/;
  const isHistogram = (name: string) => metrics.has(name.replace(parts, '_bucket'));
  const served = new Map<string, string[]>();
  for (const [name, labels] of metrics) {
    const base = isHistogram(name) ? name.replace(parts, '') : name;
    served.set(base, [...labels].filter((label) => label !== 'le').sort());
  }
  const documented = [...documentedMetrics()].filter(([name]) => !NOT_CAUSED.includes(name));
  expect(Object.fromEntries(documented.map(([name, labels]) => [name, [...labels].sort()]))).toEqual(
    Object.fromEntries(served),
  );
});

test('an expression that is not PromQL is refused', () => {
  expect(() => promqlReferences('sum by (model edge_serving_servables')).toThrow('it is not PromQL');
});
