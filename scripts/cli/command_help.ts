import { Help, type HelpConfiguration } from 'commander';

const standard = new Help();

/** Prints a command as the user types it, and marks its required options. */
export const COMMAND_HELP: HelpConfiguration = {
  commandUsage: (command) => {
    const words = command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    );
    const required = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
    return ['npm run', command.name(), '--', ...words, ...required, '[options]'].join(' ');
  },
  optionDescription: (option) => {
    const description = standard.optionDescription(option);
    return option.mandatory ? `${description} (required)` : description;
  },
};

export const EXIT_CODES_HELP = `
Exit codes: 0 done, or nothing to do; 1 refused, or a fault; 2 the command line is wrong.`;
