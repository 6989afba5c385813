import type { Command } from 'commander';
import { type CompletionSource, listingWords, namedSubcommands, namesModel, namesVersion } from './words.ts';

export function fishScript({ commands, program }: CompletionSource, shells: string): string {
  const all = namedSubcommands(commands);
  const lines = all.map(
    ({ name, summary }) =>
      `complete -c edge-serving -n __fish_use_subcommand -f -a ${name} -d ${fishText(summary)}`,
  );
  for (const command of commands) {
    lines.push(...optionLines(command), ...argumentLines(command, program));
  }
  lines.push(
    `complete -c edge-serving -n '__fish_seen_subcommand_from help' -f -a '${all.map(({ name }) => name).join(' ')}'`,
    `complete -c edge-serving -n '__fish_seen_subcommand_from completion' -f -a '${shells}'`,
    // What follows npx is completed as if npx were not there.
    `complete -c npx -n 'test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = edge-serving' -f -a '(complete -C (commandline -cp | string replace -r "^npx +" ""))'`,
  );
  return `# fish completion of edge-serving. Load it with: edge-serving completion fish | source\n${lines.join('\n')}\n`;
}

function optionLines(command: Command): string[] {
  const condition = `-n '__fish_seen_subcommand_from ${command.name()}'`;
  return command.options.map(({ long, description, required, argChoices }) => {
    const value = argChoices ? ` -x -a '${argChoices.join(' ')}'` : required ? ' -r' : '';
    return `complete -c edge-serving ${condition} -l ${long?.slice(2)}${value} -d ${fishText(description)}`;
  });
}

/** The words before an argument are the program, the subcommand, and the arguments before it. */
function argumentLines(command: Command, program: readonly string[]): string[] {
  return command.registeredArguments.flatMap((argument, index) => {
    if (!namesModel(argument) && !namesVersion(argument)) return [];
    const words = namesModel(argument)
      ? listingWords(program, 'models')
      : `${listingWords(program, 'versions')} (commandline -opc)[3]`;
    const condition = `__fish_seen_subcommand_from ${command.name()}; and test (count (commandline -opc)) ${argument.variadic ? '-ge' : '-eq'} ${index + 2}`;
    return [`complete -c edge-serving -n '${condition}' -f -a ${fishText(`(${words} 2>/dev/null)`)}`];
  });
}

/** In single quotes, fish reads only the backslash and the quote. */
const fishText = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
