import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';

const readFile = (name: string): string =>
  readFileSync(join(PACKAGE_ROOT, 'docs', 'operating', 'monitoring', name), 'utf8');

const AlertSchema = v.strictObject({
  alert: v.pipe(v.string(), v.regex(/^EdgeServing[A-Z]\w+$/)),
  expr: v.string(),
  for: v.optional(v.pipe(v.string(), v.regex(/^\d+m$/))),
  labels: v.strictObject({ severity: v.picklist(['critical', 'warning', 'info']) }),
  annotations: v.strictObject({ summary: v.string(), description: v.string() }),
});
export type Alert = v.InferOutput<typeof AlertSchema>;

const RulesSchema = v.strictObject({
  groups: v.array(v.strictObject({ name: v.string(), rules: v.array(AlertSchema) })),
});

export function readAlerts(): Alert[] {
  return v.parse(RulesSchema, parse(readFile('alerts.yml'))).groups.flatMap(({ rules }) => rules);
}

const PanelSchema = v.object({
  id: v.number(),
  title: v.string(),
  description: v.string(),
  gridPos: v.strictObject({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
});
const DashboardSchema = <Target extends v.GenericSchema>(target: Target) =>
  v.object({
    title: v.string(),
    uid: v.string(),
    templating: v.object({ list: v.array(v.object({ name: v.string(), query: v.string() })) }),
    panels: v.array(v.object({ ...PanelSchema.entries, targets: v.array(target) })),
  });

export function readPrometheusDashboard() {
  const target = v.object({ refId: v.string(), expr: v.string(), legendFormat: v.string() });
  return v.parse(DashboardSchema(target), JSON.parse(readFile('prometheus-dashboard.json')));
}

export function readTrafficDashboard() {
  const target = v.object({ refId: v.string(), query: v.string() });
  return v.parse(DashboardSchema(target), JSON.parse(readFile('traffic-dashboard.json')));
}

const readPage = (): string => readFileSync(join(PACKAGE_ROOT, 'docs', 'operating', 'monitoring.md'), 'utf8');

/** The alerts in the table of the page. */
export function documentedAlerts(): string[] {
  return [...readPage().matchAll(/^\| `(EdgeServing\w+)` \|/gm)].map(([, alert = '']) => alert);
}

/** The names of metrics in the table of the page, with their labels. */
export function documentedMetrics(): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = [...readPage().matchAll(/^\| `((?:edge_serving_|:tensorflow:)[\w:]+)` \| ([^|]*) \|/gm)];
  return new Map(
    rows.map(([, name = '', labels = '']) => [
      name,
      new Set([...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label)),
    ]),
  );
}
