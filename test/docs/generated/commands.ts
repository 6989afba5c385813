import type { Argument, Command, Option } from 'commander';
import { argumentWord, usageWords } from '../../../scripts/cli/command_help.ts';
import { code, table } from './markdown.ts';

/** Each command with its arguments and options, from its definition. */
export function commandsReference(commands: ReadonlyMap<string, Command>): string {
  return [...commands]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, command]) => commandReference(name, command))
    .join('\n\n');
}

function commandReference(name: string, command: Command): string {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  return [
    `### ${name}`,
    command.description(),
    code(`edge-serving ${name} ${usageWords(command)}`),
    table(['argument or option', 'meaning'], rows),
  ].join('\n\n');
}

function argumentRow(argument: Argument): string[] {
  return [code(argumentWord(argument)), argument.description];
}

function optionRow({ flags, description, mandatory, argChoices, defaultValue }: Option): string[] {
  const notes = [
    ...(mandatory ? ['required'] : []),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map(code).join(', ')}`]),
    // An option that --no- disables is enabled by default.
    ...(defaultValue === undefined || typeof defaultValue === 'boolean'
      ? []
      : [`default: ${code(String(defaultValue))}`]),
  ];
  return [code(flags), notes.length === 0 ? description : `${description} (${notes.join('; ')})`];
}
