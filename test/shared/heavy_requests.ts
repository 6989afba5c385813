import { gzipSync } from 'node:zlib';
import type { GraphTensor } from './write_graph.ts';

/** One request that is made to take as much memory as it can. */
export interface HeavyRequest {
  readonly name: string;
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it may be answered with. */
  readonly statuses: readonly number[];
}

/** Just below what MAX_REQUEST_MB allows. */
const SIZE = 8_000_000;

const predict = (model: string) => `/v1/models/${model}:predict`;
const infer = (model: string) => `/v2/models/${model}/infer`;

const countOf = (piece: string) => Math.floor((SIZE - 500) / piece.length);
/** Pieces that end with a comma, as many as fit; the last without it. */
const filled = (piece: string) => piece.repeat(countOf(piece)).slice(0, -1);
const numbered = (piece: (index: number) => string) =>
  Array.from({ length: Math.floor(SIZE / 16) }, (_, index) => piece(index)).join();

function request(
  name: string,
  path: string,
  body: string | Uint8Array,
  statuses: readonly number[],
  headers?: Readonly<Record<string, string>>,
): HeavyRequest {
  return { name, path, body: new Uint8Array(Buffer.from(body)), statuses, ...(headers && { headers }) };
}

const row = (name: string, model: string, items: string, statuses: readonly number[]) =>
  request(`v1: ${name}`, predict(model), `{"instances":[${items}]}`, statuses);
const examples = (name: string, model: string, method: string, items: string, statuses: readonly number[]) =>
  request(`v1: ${name}`, `/v1/models/${model}:${method}`, `{"examples":[${items}]}`, statuses);
const input = (model: string, shape: string, datatype: string, data: string) =>
  `{"name":"${model === 'iris' ? 'centimetres' : 'x'}","shape":${shape},"datatype":"${datatype}","data":${data}}`;
const tensor = (
  name: string,
  model: string,
  datatype: string,
  data: string,
  statuses: readonly number[],
  shape = '[1]',
) => request(`v2: ${name}`, infer(model), `{"inputs":[${input(model, shape, datatype, data)}]}`, statuses);
const numbers = (name: string, model: string, datatype: string, piece: string, statuses: readonly number[]) =>
  tensor(name, model, datatype, `[${filled(piece)}]`, statuses, `[${countOf(piece)}]`);

/** The models that are asked, beside the samples half_plus_two and iris, by name: one vector in, the same out. */
export const ECHOES: Readonly<Record<string, GraphTensor['dtype']>> = {
  strings: 'DT_STRING',
  integers: 'DT_INT32',
  bools: 'DT_BOOL',
};

const REFUSED = [400, 413];
const ANY = [200, 400, 413];
const LONG_STRING = `"${'a'.repeat(37)}",`;
const binary = Buffer.alloc(SIZE - 400);
const binaryHead = (datatype: string, size: number, more = '') =>
  `{${more}"inputs":[{"name":"x","shape":[${binary.length / size}],"datatype":"${datatype}","parameters":{"binary_data_size":${binary.length}}}]}`;
const withBinary = (name: string, model: string, head: string, statuses: readonly number[]) =>
  request(`v2: ${name}`, infer(model), Buffer.concat([Buffer.from(head), binary]), statuses, {
    'inference-header-content-length': String(head.length),
  });

/** Both protocols, with what is refused at once, late, and not at all. */
export const HEAVY_REQUESTS: readonly HeavyRequest[] = [
  row('short numbers', 'half_plus_two', filled('1,'), ANY),
  row('long numbers', 'half_plus_two', filled('0.1234567,'), [200]),
  row('empty lists', 'half_plus_two', filled('[],'), REFUSED),
  row('empty objects', 'half_plus_two', filled('{},'), REFUSED),
  row('lists in lists', 'half_plus_two', '['.repeat(SIZE / 2 - 50) + ']'.repeat(SIZE / 2 - 50), REFUSED),
  row('ragged lists', 'half_plus_two', `${filled('[1],')},[1,2]`, REFUSED),
  row('numbers and a string at the end', 'half_plus_two', `${filled('1,')},"a"`, REFUSED),
  row('rows of four', 'iris', filled('[0,0,0,0],'), ANY),
  row('strings', 'strings', filled(LONG_STRING), ANY),
  row('short strings', 'strings', filled('"a",'), REFUSED),
  row('one string', 'strings', `"${'a'.repeat(SIZE - 100)}"`, ANY),
  row('escapes', 'strings', `"${'\\u0041'.repeat(countOf('\\u0041'))}"`, ANY),
  row('base64', 'strings', `{"b64":"${'QUFB'.repeat(countOf('QUFB'))}"}`, ANY),
  row('many base64', 'strings', filled('{"b64":"QQ=="},'), REFUSED),
  row('integers', 'integers', filled('1,'), ANY),
  row('booleans', 'bools', filled('true,'), [200]),
  row('a number of so many digits', 'half_plus_two', '1'.repeat(SIZE - 100), REFUSED),
  row('a fraction of so many digits', 'half_plus_two', `0.${'1'.repeat(SIZE - 100)}`, [200]),
  request('v1: members', predict('half_plus_two'), `{${filled('"k":1,')},"instances":[1]}`, [200]),
  examples('tiny features', 'iris', 'classify', `{${numbered((index) => `"k${index}":1`)}}`, REFUSED),
  examples('examples', 'iris', 'classify', filled('{"centimetres":[1.0,2.0,3.0,4.0]},'), ANY),
  examples('empty examples', 'iris', 'classify', filled('{},'), REFUSED),
  numbers('numbers', 'half_plus_two', 'FP32', '1,', ANY),
  numbers('nulls', 'half_plus_two', 'FP32', 'null,', ANY),
  numbers('integers', 'integers', 'INT32', '1,', ANY),
  numbers('large integers', 'integers', 'INT64', '16777217,', ANY),
  numbers('booleans', 'bools', 'BOOL', 'true,', [200]),
  numbers('strings', 'strings', 'BYTES', LONG_STRING, ANY),
  tensor('more numbers than the shape says', 'half_plus_two', 'FP32', `[${filled('1,')}]`, REFUSED),
  tensor('NaN', 'half_plus_two', 'FP32', `[${filled('NaN,')}]`, REFUSED),
  tensor('empty lists', 'half_plus_two', 'FP32', `[${filled('[],')}]`, REFUSED),
  tensor('empty objects', 'half_plus_two', 'FP32', `[${filled('{},')}]`, REFUSED),
  tensor('objects', 'half_plus_two', 'FP32', `[${filled('{"a":[]},')}]`, REFUSED),
  tensor(
    'lists in lists',
    'half_plus_two',
    'FP32',
    '['.repeat(SIZE / 2) + ']'.repeat(SIZE / 2 - 200),
    REFUSED,
  ),
  tensor('a long shape', 'half_plus_two', 'FP32', '[1]', REFUSED, `[${filled('1,')}]`),
  tensor('one string', 'strings', 'BYTES', `["${'a'.repeat(SIZE - 200)}"]`, ANY),
  request(
    'v2: inputs',
    infer('half_plus_two'),
    `{"inputs":[${filled('{"name":"x","shape":[],"data":[1]},')}]}`,
    REFUSED,
  ),
  request(
    'v2: outputs',
    infer('half_plus_two'),
    `{"inputs":[],"outputs":[${filled('{"name":"y"},')}]}`,
    REFUSED,
  ),
  request(
    'v2: members',
    infer('half_plus_two'),
    `{${numbered((index) => `"k${index}":{}`)},"inputs":[]}`,
    REFUSED,
  ),
  request(
    'v2: parameters',
    infer('half_plus_two'),
    `{"parameters":{${numbered((index) => `"k${index}":1`)}},"inputs":[]}`,
    REFUSED,
  ),
  request(
    'v2: a string without an end',
    infer('half_plus_two'),
    `{"a":"${'\\"'.repeat(SIZE / 2 - 50)}`,
    REFUSED,
  ),
  withBinary('floats in binary', 'half_plus_two', binaryHead('FP32', 4), ANY),
  withBinary(
    'floats in binary, answered so',
    'half_plus_two',
    binaryHead('FP32', 4, '"parameters":{"binary_data_output":true},'),
    ANY,
  ),
  withBinary('bytes in binary', 'integers', binaryHead('INT8', 1), ANY),
  request('gzip: spaces', predict('half_plus_two'), gzipSync(Buffer.alloc(400_000_000, ' ')), [413], {
    'content-encoding': 'gzip',
  }),
  request('gzip: numbers', predict('half_plus_two'), gzipSync(`{"instances":[${filled('1,')}]}`), ANY, {
    'content-encoding': 'gzip',
  }),
];
