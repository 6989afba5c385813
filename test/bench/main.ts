import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { COMMAND_HELP } from '../../scripts/cli/command_help.ts';
import { parseCommandLine } from '../../scripts/cli/parse/parse_command_line.ts';
import { builtWorker } from '../fixtures/edge/built_worker.ts';
import { startBareWorkers } from './engines/bare_worker.ts';
import type { Engine } from './engines/engine.ts';
import { NODE_SERVERS, startNodeServer } from './engines/node_server.ts';
import { startOurs, startOursFresh, startOursOnnx } from './engines/ours.ts';
import { startPlainWorker } from './engines/plain_worker.ts';
import { measureBundle } from './figures/bundle.ts';
import { measureCodec } from './figures/codec.ts';
import { measureIntegerAgreement } from './figures/integers/integer_agreement.ts';
import { measureTflite, TFLITE_WEB } from './figures/integers/tflite_compute.ts';
import { describeMachine } from './machine.ts';
import { measureNetwork } from './measure_network.ts';
import { NETWORKS } from './networks/all.ts';
import { mobilenetV2 } from './networks/mobilenet_v2.ts';
import { mobilenetV2Int8 } from './networks/mobilenet_v2_int8.ts';
import { type NetworkResults, type Results, toJson } from './results.ts';
import { json } from './runs/encoding.ts';
import { allFigures, FIGURES, FULL, QUICK, withFigures } from './settings.ts';
import { renderResults } from './table.ts';
import { judge } from './targets.ts';

interface Options {
  readonly json?: string;
  readonly quick: boolean;
  readonly only?: string;
  readonly figures?: readonly string[];
}

const names = NETWORKS.map(({ name }) => name);
const program = new Command('bench')
  .configureHelp(COMMAND_HELP)
  .description('Measures this product beside other ways to run a model, and prints one table.')
  .option('--json <file>', 'write all figures and the targets there too')
  .option('--quick', 'about a minute: few repetitions, and only what the targets need', false)
  .option('--only <network>', `measure one network: ${names.join(', ')}`)
  .option('--figures <names...>', `beside compute, measure only these: ${FIGURES.join(', ')}`);
const parsed = parseCommandLine(program, process.argv.slice(2), process.env);
if (parsed.kind === 'helped') process.exit(0);
if (parsed.kind === 'wrong') {
  console.error(parsed.lines.join('\n'));
  process.exit(2);
}
const options = program.opts<Options>();
if (options.only !== undefined && !names.includes(options.only)) {
  program.error(`there is no network ${options.only}; there are ${names.join(', ')}`);
}

const unknown = options.figures?.find((name) => FIGURES.every((figure) => figure !== name));
if (unknown !== undefined) {
  program.error(`there is no figure ${unknown}; there are ${FIGURES.join(', ')}`);
}

const began = performance.now();
const report = (message: string): void => {
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  console.error(`${minutes} min  ${message}`);
};
const mode = options.quick ? QUICK : FULL;
const whole = options.only === undefined ? mode : allFigures(mode);
const settings = options.figures === undefined ? whole : withFigures(whole, options.figures);
const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-bench-'));
const started: Engine[] = [];
try {
  const results = await run();
  const targets = judge(results);
  console.log(renderResults(results, targets));
  if (options.json !== undefined) await writeFile(options.json, toJson({ ...results, targets }));
} finally {
  for (const engine of started) await engine.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<Results> {
  report('building the Worker and starting the engines');
  // Started servers must be stopped even if others fail.
  const starting = NODE_SERVERS.map(async (server) => {
    const engine = await startNodeServer(server, directory);
    started.push(engine);
    return engine;
  });
  const [built, servers, plain, floors] = await Promise.all([
    builtWorker(),
    Promise.all(starting),
    startPlainWorker(),
    startBareWorkers(),
  ]);
  const engines = [
    await startOurs(built),
    startOursFresh(built),
    await startOursOnnx(),
    plain,
    ...servers,
    ...floors,
  ];

  const networks: NetworkResults[] = [];
  for (const source of NETWORKS) {
    if (options.only !== undefined && source.name !== options.only) continue;
    const network = await source.build();
    if (network === undefined) {
      report(`${source.name}: its files are not on this machine`);
      continue;
    }
    networks.push(
      await measureNetwork(network, { engines, built, encoding: json, settings, onProgress: report }),
    );
  }
  report('codec');
  const imageNetwork = await mobilenetV2.build();
  const codec = imageNetwork && (await measureCodec(imageNetwork, settings));
  const isOfIntegers = options.only === undefined || options.only === mobilenetV2Int8.name;
  if (isOfIntegers) report(TFLITE_WEB);
  const tfliteCompute = isOfIntegers ? await measureTflite(settings, report) : undefined;
  // Calibration takes a minute.
  const isCompared = isOfIntegers && (mode === FULL || options.only !== undefined);
  if (isCompared) report('agreement of int8 with float32');
  const integerAgreement = isCompared ? await measureIntegerAgreement() : undefined;
  report('bundle and startup');
  return {
    mode: settings.name,
    at: new Date().toISOString(),
    machine: describeMachine(),
    engines: new Map(engines.map(({ name, description }) => [name, description])),
    bundle: await measureBundle(built, settings.startups),
    ...(codec && { codec }),
    ...(tfliteCompute && { tfliteCompute }),
    ...(integerAgreement && { integerAgreement }),
    networks,
  };
}
