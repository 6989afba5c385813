import { Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { COMMAND_HELP } from '../../scripts/cli/command_help.ts';
import { formatTable } from '../../scripts/cli/format.ts';
import { parseCommandLine } from '../../scripts/cli/parse/parse_command_line.ts';
import { resolveFromCaller } from '../../scripts/files/package_root.ts';
import { MODE_NAMES, MODES, type ModeName, startEdgeIn } from './modes.ts';
import { runFlips, warmUp } from './run_flips.ts';
import { readSoakState, type SoakState, withTally, writeSoakState } from './soak_state.ts';
import { addReport, isClean, spreadAt, type Tally } from './tally.ts';

/** The number of flips between two writes of the state. */
const BATCH = 100;

const program = new Command('soak')
  .configureHelp(COMMAND_HELP)
  .description(
    'Flips a model again and again while clients ask four isolates of the built Worker over one bucket, and looks at ' +
      'every answer: its status, its numbers, and that it is no older than the last flip that was acknowledged.',
  )
  .option('--flips <count>', 'flips in each mode', parseCount, 1000)
  .addOption(new Option('--mode <name>', 'only this way to learn of a flip').choices(MODE_NAMES))
  .option('--state <file>', 'keep the figures there after every 100 flips, and go on from what is there')
  .option('--json', 'print the figures as JSON', false)
  .addHelpText(
    'after',
    `
Modes:
${MODE_NAMES.map((name) => `  ${name.padEnd(8)}${MODES[name].summary}`).join('\n')}

Example: npm run soak -- --flips 100000 --state soak.json

Exit codes: 0 every answer was right; 1 an answer was wrong, or a fault; 2 the command line is wrong.`,
  );

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1.');
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const parsed = parseCommandLine(program, process.argv.slice(2), process.env);
if (parsed.kind === 'helped') process.exit(0);
if (parsed.kind === 'wrong') {
  tell(parsed.lines.join('\n'));
  process.exit(2);
}
const OptionsSchema = v.object({
  flips: v.number(),
  mode: v.optional(v.picklist(MODE_NAMES)),
  state: v.optional(v.string()),
  json: v.boolean(),
});
const options = v.parse(OptionsSchema, program.opts());
const file = options.state === undefined ? undefined : resolveFromCaller(options.state);
const modes = options.mode === undefined ? MODE_NAMES : [options.mode];

let hasState = false;
try {
  let state = await readSoakState(file);
  hasState = file !== undefined;
  for (const mode of modes) state = await soak(mode, state);
  console.log(options.json ? JSON.stringify(state) : renderTable(state).join('\n'));
  process.exitCode = modes.every((mode) => isClean(state.modes[mode])) ? 0 : 1;
} catch (error) {
  tell(`The soak stopped: ${error instanceof Error ? error.message : String(error)}`);
  if (hasState) tell(`The same command goes on from ${options.state}`);
  process.exitCode = 1;
}

async function soak(name: ModeName, before: SoakState): Promise<SoakState> {
  let state = before;
  if (state.modes[name].flips >= options.flips) return state;
  const edge = await startEdgeIn(MODES[name]);
  try {
    let generation = await warmUp(edge, MODES[name]);
    for (let tally = state.modes[name]; tally.flips < options.flips; ) {
      const flips = Math.min(BATCH, options.flips - tally.flips);
      const logged = edge.log.length;
      const report = await runFlips(edge, MODES[name], flips);
      if (report.wrong.length > 0) for (const line of edge.log.slice(logged)) tell(`logged: ${line}`);
      tally = addReport(tally, report, flips, generation + 1);
      generation += flips;
      state = withTally(state, name, tally);
      await writeSoakState(file, state);
      tell(`${name}: ${tally.flips} of ${options.flips} flips, ${tally.requests} answers`);
    }
  } finally {
    await edge.stop();
  }
  return state;
}

function renderTable(state: SoakState): string[] {
  const cells = (name: ModeName, tally: Tally): string[] => [
    name,
    ...[tally.flips, tally.requests, tally.failed, tally.mixed, tally.stale, tally.fallback].map(String),
    ...[0.5, 0.99, 1].map((part) => String(spreadAt(tally, part) ?? '-')),
  ];
  const examples = modes.flatMap((name) => state.modes[name].examples.map((text) => `${name}: ${text}`));
  return [
    ...formatTable([
      ['mode', 'flips', 'answers', 'failed', 'mixed', 'stale', 'fallback', 'spread p50', 'p99', 'max'],
      ...modes.map((name) => cells(name, state.modes[name])),
    ]),
    '',
    'The spread is the time between the first answers of a new version of two isolates, in milliseconds.',
    ...examples,
  ];
}
