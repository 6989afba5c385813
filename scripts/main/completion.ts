import type { Command, Option } from 'commander';
import { singleQuoted } from '../cli/shell_word.ts';
import { OWN_SUBCOMMANDS } from './subcommands.ts';

export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof COMPLETION_SHELLS)[number];

/** Returns a script that completes subcommands and options, and the values of options that have a list of them. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

const names = (commands: readonly Command[]): string[] => [
  ...commands.map((command) => command.name()),
  ...OWN_SUBCOMMANDS.map(({ name }) => name),
];

const flags = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  '--help',
];

function bashScript(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name()}) words='${flags(command).join(' ')}' ;;`);
  const values = commands.flatMap((command) =>
    command.options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map(
        ({ long, argChoices = [] }) =>
          `    '${command.name()} ${long}') COMPREPLY=($(compgen -W '${argChoices.join(' ')}' -- "$current")); return ;;`,
      ),
  );
  return `# bash completion of edge-serving. Load it with: source <(edge-serving completion bash)
_edge_serving() {
  local current="\${COMP_WORDS[COMP_CWORD]}" subcommand="\${COMP_WORDS[1]}" words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names(commands).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "$subcommand \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  case "$subcommand" in
${cases.join('\n')}
    help) words='${names(commands).join(' ')}' ;;
    completion) words='${COMPLETION_SHELLS.join(' ')}' ;;
  esac
  case "$subcommand$current" in
    help*|completion*|*-*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -o default -F _edge_serving edge-serving
`;
}

function zshScript(commands: readonly Command[]): string {
  const described = (name: string, summary: string): string =>
    `    ${singleQuoted(`${name.replaceAll(':', '\\:')}:${summary}`)}`;
  const subcommands = [
    ...commands.map((command) => described(command.name(), command.description())),
    ...OWN_SUBCOMMANDS.map(({ name, summary }) => described(name, summary)),
  ];
  const option = ({ long, description, required, argChoices }: Option): string => {
    const value = required ? `:value:${argChoices ? `(${argChoices.join(' ')})` : '_files'}` : '';
    return singleQuoted(`*${long}[${zshText(description)}]${value}`);
  };
  const cases = commands.map(
    (command) =>
      `    ${command.name()}) _arguments -s ${[...command.options.map(option), singleQuoted('--help[show help]'), singleQuoted('*:file:_files')].join(' ')} ;;`,
  );
  return `#compdef edge-serving
# zsh completion of edge-serving. Load it with: source <(edge-serving completion zsh)
_edge_serving() {
  local -a subcommands
  subcommands=(
${subcommands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe subcommand subcommands
    return
  fi
  local subcommand=$words[2]
  shift words
  (( CURRENT-- ))
  case $subcommand in
${cases.join('\n')}
    help) _describe subcommand subcommands ;;
    completion) _values shell ${COMPLETION_SHELLS.join(' ')} ;;
  esac
}
compdef _edge_serving edge-serving
`;
}

/** Brackets and colons end a description of zsh. */
const zshText = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&');

function fishScript(commands: readonly Command[]): string {
  const own = OWN_SUBCOMMANDS.map(({ name, summary }) => ({ name, summary }));
  const all = [
    ...commands.map((command) => ({ name: command.name(), summary: command.description() })),
    ...own,
  ];
  const lines = all.map(
    ({ name, summary }) =>
      `complete -c edge-serving -n __fish_use_subcommand -f -a ${name} -d ${fishText(summary)}`,
  );
  for (const command of commands) {
    const condition = `-n '__fish_seen_subcommand_from ${command.name()}'`;
    for (const { long, description, required, argChoices } of command.options) {
      const value = argChoices ? ` -x -a '${argChoices.join(' ')}'` : required ? ' -r' : '';
      lines.push(
        `complete -c edge-serving ${condition} -l ${long?.slice(2)}${value} -d ${fishText(description)}`,
      );
    }
  }
  lines.push(
    `complete -c edge-serving -n '__fish_seen_subcommand_from help' -f -a '${all.map(({ name }) => name).join(' ')}'`,
    `complete -c edge-serving -n '__fish_seen_subcommand_from completion' -f -a '${COMPLETION_SHELLS.join(' ')}'`,
  );
  return `# fish completion of edge-serving. Load it with: edge-serving completion fish | source\n${lines.join('\n')}\n`;
}

/** In single quotes, fish reads only the backslash and the quote. */
const fishText = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
