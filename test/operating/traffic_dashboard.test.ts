import { describe, expect, test } from 'vitest';
import { BLOBS, columnOf, DOUBLES } from '../../worker/traffic/data_point.ts';
import { readTrafficDashboard } from './monitoring_files.ts';

/** The columns that a query compares with a text, by that text. */
const COMPARED = { request: 'kind', shadow: 'kind', $model: 'model', 'server error': 'outcome' } as const;
/** The names that queries give to columns whose own name says less there. */
const RENAMED: Readonly<Record<string, string>> = { apiKey: 'key', mismatched: 'mismatchedRows' };

const COLUMNS = new Map([...BLOBS, ...DOUBLES].map(({ name }) => [columnOf(name), name as string]));

/** The uses of columns in a query that do not fit the layout of data points. */
function misfits(query: string): string[] {
  const named = [...query.matchAll(/\b((?:blob|double)\d+) AS (\w+)/g)].map(
    ([, column = '', name = '']) => [column, RENAMED[name] ?? name] as const,
  );
  const compared = [...query.matchAll(/\b(blob\d+) = '([^']+)'/g)].map(
    ([, column = '', text = '']) => [column, Reflect.get(COMPARED, text) as unknown] as const,
  );
  const used = [...query.matchAll(/\b(?:blob|double)\d+\b/g)].map(([column]) => column);
  return [
    ...[...named, ...compared]
      .filter(([column, name]) => COLUMNS.get(column) !== name)
      .map(([column, name]) => `${column} is ${COLUMNS.get(column)} and not ${name}`),
    ...used.filter((column) => !COLUMNS.has(column)),
  ];
}

const { panels, templating } = readTrafficDashboard();
const queries = [
  ...panels.flatMap(({ title, targets }) => targets.map(({ query }) => ({ title, query }))),
  ...templating.list.map(({ name, query }) => ({ title: name, query })),
];

describe('the dashboard of all traffic', () => {
  test.each(queries)('asks for columns of data points: $title', ({ query }) => {
    expect(misfits(query)).toEqual([]);
  });

  test('weights by both samplings, and succeeds and takes time by the right columns', () => {
    const text = queries.map(({ query }) => query).join('\n');
    expect(new Set(text.match(/_sample_interval \* double\d+/g))).toEqual(
      new Set([`_sample_interval * ${columnOf('weight')}`]),
    );
    expect(text).toContain(`if(${columnOf('status')} < 400, `);
    expect(text).toContain(`${columnOf('latency')} AS latency`);
  });
});

test('a column of another name is found', () => {
  expect(misfits("SELECT blob1 AS model FROM x WHERE blob2 = 'request'")).toEqual([
    'blob1 is kind and not model',
    'blob2 is model and not kind',
  ]);
});
