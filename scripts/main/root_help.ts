import { formatTable } from '../cli/format.ts';
import { commandLine, programName } from '../cli/invocation.ts';
import { OWN_SUBCOMMANDS, SUBCOMMANDS } from './subcommands.ts';

/** The help of the program itself. */
export function rootHelp(): string {
  const rows = [
    ...SUBCOMMANDS.map(({ name, summary }) => [`  ${name}`, summary]),
    ...OWN_SUBCOMMANDS.map(({ usage, summary }) => [`  ${usage}`, summary]),
  ];
  return [
    `Usage: ${programName()} <subcommand> [arguments] [options]`,
    '',
    'A model server on Cloudflare Workers, with the job and the API of TensorFlow Serving.',
    '',
    'Subcommands:',
    ...formatTable(rows),
    '',
    'Options:',
    '  -h, --help     show this help; after a subcommand, its own',
    '  -V, --version  print the version of edge-serving',
    '',
    `For example: ${commandLine('rollback', 'half_plus_two 1.0.0')}`,
    '',
  ].join('\n');
}
