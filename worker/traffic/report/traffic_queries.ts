import { columnOf, indexOf } from '../data_point.ts';
import { MOST_ROWS, WAITS } from './traffic_report.ts';

/** The part of a dataset that a report is about. */
export interface TrafficScope {
  readonly dataset: string;
  /** A valid name: it becomes part of the queries. */
  readonly model: string;
  /** Seconds since 1970. */
  readonly from: number;
  readonly stepSeconds: number;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The columns that queries read: those of data points, and those that are computed from them. */
const READ = {
  version: columnOf('version'),
  role: columnOf('role'),
  outcome: columnOf('outcome'),
  location: columnOf('location'),
  apiKey: columnOf('key'),
  isolate: columnOf('isolate'),
  generation: columnOf('generation'),
  latency: columnOf('latency'),
  body: columnOf('body'),
  pointer: columnOf('pointer'),
  load: columnOf('load'),
  compute: columnOf('compute'),
  encode: columnOf('encode'),
  examples: columnOf('examples'),
  requestBytes: columnOf('requestBytes'),
  answerBytes: columnOf('answerBytes'),
  comparedRows: columnOf('rows'),
  mismatchedRows: columnOf('mismatchedRows'),
  absoluteDifference: columnOf('largestAbsolute'),
  relativeDifference: columnOf('largestRelative'),
  seconds: 'toUInt32(timestamp)',
  // Analytics Engine samples what it stores, beyond our own sampling.
  weight: `_sample_interval * ${columnOf('weight')}`,
  success: `toUInt32(if(${columnOf('status')} < 400, _sample_interval * ${columnOf('weight')}, 0))`,
  clientError: `if(${columnOf('outcome')} = 'client error', _sample_interval * ${columnOf('weight')}, 0)`,
  serverError: `if(${columnOf('outcome')} = 'server error', _sample_interval * ${columnOf('weight')}, 0)`,
} as const;
type Column = keyof typeof READ;

const COUNT_COLUMNS = ['weight', 'clientError', 'serverError'] as const;
const COUNTS = [
  'sum(weight) AS requests',
  'sum(clientError) AS clientErrors',
  'sum(serverError) AS serverErrors',
];

const AMOUNT_COLUMNS = ['examples', 'requestBytes', 'answerBytes'] as const;
const AMOUNTS = AMOUNT_COLUMNS.map((column) => `sum(weight * ${column}) AS all${capitalized(column)}`);

const PERCENTILES = [
  ['50', 0.5],
  ['95', 0.95],
  ['99', 0.99],
] as const;

/** Of the requests that succeeded: quick refusals would hide how slow the others are. */
function percentiles(column: Column): string[] {
  return PERCENTILES.map(
    ([name, share]) => `quantileExactWeighted(${share})(${column}, success) AS ${column}${name}`,
  );
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Makes a query over the data points of one kind. The points are named and weighted in an inner query, since Analytics
 * Engine documents its aggregate functions for columns. It uses only what SQLite understands too, with one exception
 * that the local store rewrites: the two pairs of parentheses of a quantile.
 */
function query(
  { dataset, model, from }: TrafficScope,
  kind: 'request' | 'shadow',
  columns: readonly Column[],
  select: readonly string[],
  groupBy: readonly string[],
): string {
  const inner = columns.map((column) => `${READ[column]} AS ${column}`).join(', ');
  const where = [
    `index1 = ${text(indexOf(model))}`,
    `${columnOf('model')} = ${text(model)}`,
    `${columnOf('kind')} = ${text(kind)}`,
    `timestamp >= toDateTime(${from})`,
  ].join(' AND ');
  return (
    `SELECT ${select.join(', ')} FROM (SELECT ${inner} FROM ${dataset} WHERE ${where}) ` +
    `GROUP BY ${groupBy.join(', ')} ORDER BY ${groupBy.join(', ')} LIMIT ${MOST_ROWS} FORMAT JSON`
  );
}

/** Returns the queries of a report, by the part that each is for. Each counts as one read of Analytics Engine. */
export function trafficQueries(scope: TrafficScope) {
  const { stepSeconds } = scope;
  const step = `intDiv(seconds, ${stepSeconds}) * ${stepSeconds} AS step`;
  return {
    versions: query(
      scope,
      'request',
      ['version', 'role', ...COUNT_COLUMNS, 'success', ...AMOUNT_COLUMNS, 'latency', ...WAITS],
      [
        'version',
        'role',
        'count() AS points',
        ...COUNTS,
        ...AMOUNTS,
        ...percentiles('latency'),
        ...WAITS.flatMap(percentiles),
      ],
      ['version', 'role'],
    ),
    steps: query(
      scope,
      'request',
      ['version', 'role', 'seconds', ...COUNT_COLUMNS, 'success', 'latency'],
      ['version', 'role', step, ...COUNTS, ...percentiles('latency')],
      ['version', 'role', 'step'],
    ),
    locations: query(
      scope,
      'request',
      ['location', 'version', ...COUNT_COLUMNS, 'success', 'latency'],
      ['location', 'version', ...COUNTS, ...percentiles('latency')],
      ['location', 'version'],
    ),
    generations: query(
      scope,
      'request',
      ['generation', 'version', 'seconds', 'isolate', 'location', 'weight'],
      [
        'generation',
        'version',
        'sum(weight) AS requests',
        'count(DISTINCT isolate) AS isolates',
        'count(DISTINCT location) AS locations',
        'min(seconds) AS firstSeconds',
        'max(seconds) AS lastSeconds',
      ],
      ['generation', 'version'],
    ),
    generationSteps: query(
      scope,
      'request',
      ['generation', 'version', 'seconds', 'weight'],
      ['generation', 'version', step, 'sum(weight) AS requests'],
      ['generation', 'version', 'step'],
    ),
    shadows: query(
      scope,
      'shadow',
      [
        'version',
        'outcome',
        'weight',
        'comparedRows',
        'mismatchedRows',
        'absoluteDifference',
        'relativeDifference',
      ],
      [
        'version',
        'outcome',
        'sum(weight) AS computations',
        'sum(weight * comparedRows) AS allComparedRows',
        'sum(weight * mismatchedRows) AS allMismatchedRows',
        'max(absoluteDifference) AS largestAbsolute',
        'max(relativeDifference) AS largestRelative',
      ],
      ['version', 'outcome'],
    ),
    keys: query(
      scope,
      'request',
      ['apiKey', ...COUNT_COLUMNS, ...AMOUNT_COLUMNS],
      ['apiKey', ...COUNTS, ...AMOUNTS],
      ['apiKey'],
    ),
  } as const;
}

/** Returns the query for the models that were asked most, for a model without traffic. */
export function modelsQuery({ dataset, from }: Pick<TrafficScope, 'dataset' | 'from'>): string {
  return (
    `SELECT ${columnOf('model')} AS model, count() AS points FROM ${dataset} ` +
    `WHERE timestamp >= toDateTime(${from}) GROUP BY model ORDER BY points DESC LIMIT 10 FORMAT JSON`
  );
}
