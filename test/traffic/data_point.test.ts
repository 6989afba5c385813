import { describe, expect, test } from 'vitest';
import { BLOBS, columnOf, type DataPoint, DOUBLES } from '../../worker/traffic/data_point.ts';
import {
  type RecordedRequest,
  type RecordedShadow,
  TrafficRecorder,
} from '../../worker/traffic/traffic_recorder.ts';

const REQUEST: RecordedRequest = {
  model: 'm',
  isKnownModel: true,
  version: '1.0.0',
  generation: 7,
  role: 'canary',
  protocol: 'predict',
  status: 200,
  location: 'FRA',
  key: 'shop',
  waits: { latency: 12, body: 1, pointer: 2, load: 3, compute: 4, encode: 5 },
  examples: 8,
  requestBytes: 100,
  answerBytes: 50,
};

const LIFETIME = { waitUntil: () => {} };

function recorder(options: { readonly oneIn?: number; readonly random?: () => number } = {}) {
  const points: DataPoint[] = [];
  const { oneIn = 1, random = () => 0.5 } = options;
  const write = (point: DataPoint) => points.push(point);
  return { points, traffic: new TrafficRecorder({ write, oneIn, random, isolate: 'isolate-1' }) };
}

/** A data point by the names of its columns. */
function named({ blobs, doubles }: DataPoint): Record<string, string | number | undefined> {
  return Object.fromEntries([
    ...BLOBS.map(({ name }, index) => [name, blobs[index]]),
    ...DOUBLES.map(({ name }, index) => [name, doubles[index]]),
  ]);
}

describe('a data point', () => {
  test('fits the limits of Analytics Engine', () => {
    expect(BLOBS.length).toBeLessThanOrEqual(20);
    expect(DOUBLES.length).toBeLessThanOrEqual(20);
    const { points, traffic } = recorder();
    traffic.recordRequest({ ...REQUEST, model: 'm'.repeat(128), key: 'k'.repeat(5000) }, LIFETIME);
    expect(points).toHaveLength(1);
    expect(points[0]?.indexes).toEqual(['m'.repeat(96)]);
    const bytes = points[0]?.blobs.reduce((sum, blob) => sum + blob.length, 0);
    expect(bytes).toBeLessThan(5120);
  });

  test('names its columns as they are numbered', () => {
    expect(columnOf('kind')).toBe('blob1');
    expect(columnOf('model')).toBe('blob2');
    expect(columnOf('weight')).toBe('double1');
    expect(columnOf('status')).toBe('double3');
  });

  test('says of a request what it waited for, and of whom only the name of the key', () => {
    const { points, traffic } = recorder();
    traffic.recordRequest(REQUEST, LIFETIME);
    expect(points.map(named)).toEqual([
      {
        kind: 'request',
        model: 'm',
        version: '1.0.0',
        role: 'canary',
        protocol: 'predict',
        outcome: 'ok',
        location: 'FRA',
        key: 'shop',
        isolate: 'isolate-1',
        weight: 1,
        generation: 7,
        status: 200,
        latency: 12,
        body: 1,
        pointer: 2,
        load: 3,
        compute: 4,
        encode: 5,
        examples: 8,
        requestBytes: 100,
        answerBytes: 50,
        rows: 0,
        mismatchedRows: 0,
        largestAbsolute: 0,
        largestRelative: 0,
      },
    ]);
  });

  test.each([
    [200, 'ok'],
    [400, 'client error'],
    [499, 'client error'],
    [500, 'server error'],
    [503, 'server error'],
  ])('of a request with status %i has the outcome %s', (status, outcome) => {
    const { points, traffic } = recorder();
    traffic.recordRequest({ ...REQUEST, status }, LIFETIME);
    expect(points.map(named)).toMatchObject([{ status, outcome }]);
  });

  test('of a shadow says how far it is off, also if the difference is not finite', () => {
    const { points, traffic } = recorder();
    const shadow: RecordedShadow = {
      model: 'm',
      version: '2.0.0',
      outcome: 'compared',
      rows: 10,
      mismatchedRows: 3,
      largestAbsolute: 0.25,
      largestRelative: Number.POSITIVE_INFINITY,
    };
    traffic.recordShadow(shadow, LIFETIME);
    expect(points.map(named)).toMatchObject([
      {
        kind: 'shadow',
        version: '2.0.0',
        outcome: 'compared',
        rows: 10,
        mismatchedRows: 3,
        largestAbsolute: 0.25,
        largestRelative: Number.MAX_VALUE,
      },
    ]);
  });
});

describe('a sample', () => {
  test('has the weight of the requests that it stands for', () => {
    const draws = [0.0, 0.0999, 0.1, 0.5, 0.99];
    const { points, traffic } = recorder({ oneIn: 10, random: () => draws.shift() ?? 1 });
    const drawn = Array.from({ length: 5 }, () => traffic.draws());
    expect(drawn).toEqual([true, true, false, false, false]);
    traffic.recordRequest(REQUEST, LIFETIME);
    expect(points.map(named)).toMatchObject([{ weight: 10 }]);
  });

  test('of every request needs no random number', () => {
    const { traffic } = recorder({
      random: () => {
        throw new Error('not needed');
      },
    });
    expect(traffic.draws()).toBe(true);
  });
});

describe('a request for a model that may not exist', () => {
  test('is left out, since clients can invent names', () => {
    const { points, traffic } = recorder();
    traffic.recordRequest({ ...REQUEST, isKnownModel: false, version: '', status: 404 }, LIFETIME);
    expect(points).toEqual([]);
  });

  test('is recorded once an answer has shown that the model exists', () => {
    const { points, traffic } = recorder();
    traffic.recordRequest(REQUEST, LIFETIME);
    traffic.recordRequest({ ...REQUEST, isKnownModel: false, version: '', status: 400 }, LIFETIME);
    expect(points.map(named)).toMatchObject([{ status: 200 }, { status: 400, version: '' }]);
  });
});
