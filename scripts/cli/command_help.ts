import { type Argument, type Command, Help, type HelpConfiguration } from 'commander';
import { commandLine } from './invocation.ts';

const standard = new Help();

/** Prints a command as the user types it, and marks its required options. */
export const COMMAND_HELP: HelpConfiguration = {
  commandUsage: (command) => commandLine(command.name(), usageWords(command)),
  optionDescription: (option) => {
    const description = standard.optionDescription(option);
    return option.mandatory ? `${description} (required)` : description;
  },
};

/** @example '[version]' */
export function argumentWord(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** The words after the name of a command: its arguments, its required options, and `[options]`. */
export function usageWords(command: Command): string {
  const words = command.registeredArguments.map((argument) => argumentWord(argument));
  const required = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
  return [...words, ...required, '[options]'].join(' ');
}

export const EXIT_CODES_HELP = `
Exit codes: 0 done, or nothing to do (rollback: 3); 1 refused, or a fault; 2 the command line is wrong.`;
