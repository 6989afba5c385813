import type { Command } from 'commander';

/**
 * The options of a command that npm took for its own, because no `--` stood before them: it leaves them in the
 * environment and the command does not see them. Whoever types `npm run status --remote` must not be shown
 * local state.
 */
export function swallowedOptions(command: Command, environment: NodeJS.ProcessEnv): string[] {
  return command.options
    .filter((option) => {
      const name = option.attributeName();
      // npm has a --json itself, which people set for good.
      if (name === 'json' || command.getOptionValueSource(name) === 'cli') return false;
      return environment[`npm_config_${snakeCase(name)}`] !== undefined;
    })
    .map((option) => option.long ?? option.flags);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
