import Table from 'cli-table3';
import type { DirectionFigures } from './figures/codec.ts';
import { COLD } from './figures/cold_start.ts';
import { FLIP_PHASES } from './figures/flip_stall.ts';
import { READING } from './figures/memory/reading.ts';
import { comparable, type Rounds } from './figures/rounds.ts';
import type { NetworkResults, Results } from './results.ts';
import { pairedDifference, type Summary, summarize } from './statistics.ts';
import type { Target } from './targets.ts';

interface Row {
  readonly network: string;
  readonly figure: string;
  readonly engine: string;
  readonly median: string;
  readonly spread: string;
}

/** The text of a run: the machine, the figures, and the targets. */
export function renderResults(results: Results, targets: readonly Target[]): string {
  const { machine, engines, mode, at } = results;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const rows = [
    ...[...results.networks.flatMap(networkRows), ...tfliteRows(results), ...agreementRows(results)],
    ...[...codecRows(results), ...bundleRows(results)],
  ];
  const table = plainTable(['network', 'figure', 'engine', 'median', 'p10 .. p90'], [3, 4]);
  let group = '';
  for (const row of rows) {
    const same = group === `${row.network} ${row.figure}`;
    group = `${row.network} ${row.figure}`;
    table.push([same ? '' : row.network, same ? '' : row.figure, row.engine, row.median, row.spread]);
  }
  const judged = plainTable(['target', 'value', 'p10 .. p90', 'wanted', 'met'], [1, 2, 3]);
  for (const { name, value, target, met, spread } of targets) {
    judged.push([
      name,
      value === null ? '-' : number(value),
      spread === undefined ? '' : `${number(spread.p10)} .. ${number(spread.p90)}`,
      target,
      met === null ? 'not measured' : met ? 'yes' : 'NO',
    ]);
  }
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.system}`,
    versions.join(', '),
    `${mode} run, ${at}`,
    '',
    ...[...engines].map(([name, description]) => `${name}: ${description}`),
    ...results.networks.map(({ name, description }) => `${name}: ${description}`),
    '',
    table.toString(),
    '',
    judged.toString(),
    'Ratios go by processor time where the system tells it. How each figure comes about: test/bench/README.md.',
  ].join('\n');
}

function networkRows(results: NetworkResults): Row[] {
  const { name, compute, serving, binaryServing, servingLayer, serviceBinding } = results;
  const { heap, flips, farBuckets, coldStart, cycles } = results;
  const row = (figure: string, engine: string, median: string, spread = ''): Row => {
    return { network: name, figure, engine, median, spread };
  };
  const summary = (figure: string, engine: string, value: Summary): Row =>
    row(figure, engine, number(value.median), `${number(value.p10)} .. ${number(value.p90)}`);
  const rows = (figure: string, rounds: Rounds | undefined): Row[] =>
    [...(rounds ?? [])].map(([engine, values]) => summary(figure, engine, summarize(values)));
  const result = [...rows('compute, ms', compute.wall), ...rows('compute, processor ms', compute.processor)];
  const computed = comparable(compute);
  if (computed.has(READING)) {
    const rates = new Map<string, readonly number[]>();
    for (const [engine, times] of computed) {
      rates.set(
        engine,
        times.map((milliseconds) => results.weightBytes / milliseconds / 1e6),
      );
    }
    result.push(...rows('weights, GB/s', rates));
  }
  for (const figures of [serving, binaryServing]) {
    if (figures === undefined) continue;
    const { encoding, latency, throughput, clientShare } = figures;
    result.push(...rows(`latency at 1 client, ms (${encoding})`, latency));
    for (const [clients, rounds] of throughput) {
      result.push(
        ...rows(`requests/s at ${clients} (${encoding})`, rounds.wall),
        ...rows(`requests/processor s at ${clients} (${encoding})`, rounds.processor),
      );
    }
    for (const [clients, share] of clientShare) {
      result.push(row(`cores taken by the clients, at most (${encoding})`, `at ${clients}`, number(share)));
    }
  }
  if (servingLayer !== undefined)
    result.push(
      ...rows('a request in its isolate, us', comparable(servingLayer.loops)),
      summary('serving layer alone, us', 'handled - floor - compute', servingLayer.alone),
    );
  if (serviceBinding !== undefined)
    result.push(...rows('a call of another Worker, us', comparable(serviceBinding)));
  for (const [engine, { empty, loaded, used, predictions }] of heap ?? []) {
    const over = (bytes: number) => number((bytes - empty) / 2 ** 20);
    result.push(
      row('heap over empty, MiB', `${engine}, loaded`, over(loaded)),
      row('heap over empty, MiB', `${engine}, ${predictions} predictions`, over(used)),
    );
  }
  if (flips !== undefined) {
    for (const phase of FLIP_PHASES) {
      const { p99, max, answers } = flips.tails[phase];
      result.push(row('answer p99, ms', `${phase}, ${answers} answers`, number(p99), `max ${number(max)}`));
    }
  }
  for (const [distance, { p99, reads }] of farBuckets ?? []) {
    const engine = `R2 ${distance} ms away`;
    result.push(
      summary('answer p99 at 500 requests/s, ms', engine, summarize(p99)),
      summary('R2 operations per 1000 requests', engine, summarize(reads)),
    );
  }
  if (coldStart !== undefined) {
    result.push(
      ...rows('first answer of a fresh isolate, ms', coldStart.firstAnswer.wall),
      ...rows('first answer, processor ms', coldStart.firstAnswer.processor),
    );
    const { read, hash } = COLD;
    const verify = pairedDifference(
      comparable(coldStart.firstAnswer).get(hash) ?? [],
      comparable(coldStart.firstAnswer).get(read) ?? [],
    );
    result.push(summary('of that, ms', 'verify (read and hash - read)', verify));
    for (const [part, values] of coldStart.parts) {
      result.push(summary('of that, ms', part, summarize(values)));
    }
  }
  for (const { cycles: count, heapBytes, tensors } of cycles ?? []) {
    const after = `after ${count}`;
    result.push(
      row('heap, MiB, over loads and unloads', after, number(heapBytes / 2 ** 20), `${tensors} tensors`),
    );
  }
  return result;
}

function tfliteRows({ tfliteCompute }: Results): Row[] {
  const rows = (figure: string, rounds: Rounds | undefined): Row[] =>
    [...(rounds ?? [])].map(([engine, values]) => {
      const { median, p10, p90 } = summarize(values);
      const spread = `${number(p10)} .. ${number(p90)}`;
      return { network: 'MobileNetV2, TensorFlow Lite', figure, engine, median: number(median), spread };
    });
  return [
    ...rows('compute, ms', tfliteCompute?.wall),
    ...rows('compute, processor ms', tfliteCompute?.processor),
  ];
}

function agreementRows({ integerAgreement }: Results): Row[] {
  if (integerAgreement === undefined) return [];
  const { pictures, sameClass, largestDifference } = integerAgreement;
  const row = (figure: string, median: string): Row => {
    return { network: 'NSFWJS in int8', figure, engine: 'beside float32', median, spread: '' };
  };
  return [
    row(`pictures of ${pictures} with the same first class`, String(sameClass)),
    row('largest difference of a probability', number(largestDifference)),
  ];
}

function codecRows({ codec }: Results): Row[] {
  if (codec === undefined) return [];
  const { shape, decode, encode, both } = codec;
  const row = (figure: string, engine: string, { median, p10, p90 }: Summary, scale = 1): Row => {
    const spread = `${number(p10 / scale)} .. ${number(p90 / scale)}`;
    return { network: `JSON, ${shape.join(' x ')}`, figure, engine, median: number(median / scale), spread };
  };
  const times = (figure: string, rounds: Rounds): Row[] =>
    [...rounds].map(([engine, values]) => row(figure, engine, summarize(values)));
  const rates = (figure: string, { bytes, bytesPerSecond }: DirectionFigures): Row[] =>
    [...bytesPerSecond].map(([engine, rate]) =>
      row(`${figure}, MB/s`, `${engine}, ${number((bytes.get(engine) ?? 0) / 1e6)} MB`, rate, 1e6),
    );
  return [
    ...times('decode, ms', comparable(decode.milliseconds)),
    ...rates('decode', decode),
    ...times('encode, ms', comparable(encode.milliseconds)),
    ...rates('encode', encode),
    ...times('decode and encode, ms', both),
  ];
}

function bundleRows({ bundle }: Results): Row[] {
  if (bundle === undefined) return [];
  const { javascriptBytes, wasmBytes, gzipBytes, startup } = bundle;
  const row = (figure: string, median: string, spread = ''): Row => {
    return { network: 'bundle', figure, engine: 'edge-serving', median, spread };
  };
  const kib = (bytes: number) => number(bytes / 1024);
  return [
    row('JavaScript, KiB', kib(javascriptBytes)),
    row('WebAssembly, KiB', kib(wasmBytes)),
    row('both with gzip, KiB', kib(gzipBytes)),
    row('startup, ms', number(startup.median), `${number(startup.p10)} .. ${number(startup.p90)}`),
  ];
}

function plainTable(head: string[], right: readonly number[]): Table.Table {
  const colAligns = head.map((_, column) =>
    right.includes(column) ? ('right' as const) : ('left' as const),
  );
  return new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
}

/** Formats a value with three significant digits. */
function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : value.toFixed(3);
}
