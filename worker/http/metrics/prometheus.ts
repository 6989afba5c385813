import type { MetricSample } from '../../serving/metrics/metrics.ts';

const PREFIX = 'edge_serving_';

/**
 * Renders metrics in Prometheus's text format, version 0.0.4, with the samples of one name together below their type.
 * The metrics cover only the isolate that answers.
 */
export function renderPrometheus(samples: readonly MetricSample[]): string {
  const byName = Map.groupBy(samples, ({ name }) => name);
  let text = '';
  for (const [name, group] of byName) {
    text += `# TYPE ${PREFIX}${name} ${group[0]?.kind ?? 'untyped'}\n`;
    for (const { labels, value } of group) text += `${PREFIX}${name}${renderLabels(labels)} ${value}\n`;
  }
  return text;
}

export function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
