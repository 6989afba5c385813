import type { Argument, Command, Option } from 'commander';
import { singleQuoted } from '../../cli/shell_word.ts';
import {
  type CompletionSource,
  listingWords,
  namedSubcommands,
  namesModel,
  namesVersion,
  versionOptions,
} from './words.ts';

export function zshScript({ commands, program }: CompletionSource, shells: string): string {
  const subcommands = namedSubcommands(commands).map(
    ({ name, summary }) => `    ${singleQuoted(`${name.replaceAll(':', '\\:')}:${summary}`)}`,
  );
  const cases = commands.map(
    (command) => `    ${command.name()}) _arguments -s ${argumentSpecs(command).join(' ')} ;;`,
  );
  return `#compdef edge-serving
# zsh completion of edge-serving. Load it with: source <(edge-serving completion zsh)
_edge_serving_models() {
  local -a names
  names=(\${(f)"$(${listingWords(program, 'models')} 2>/dev/null)"})
  compadd -a names
}
_edge_serving_versions() {
  local -a names
  names=(\${(f)"$(${listingWords(program, 'versions')} $words[2] 2>/dev/null)"})
  compadd -a names
}
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
    completion) _values shell ${shells} ;;
  esac
}
_edge_serving_npx() {
  if (( CURRENT > 2 )) && [[ $words[2] == edge-serving ]]; then
    shift words
    (( CURRENT-- ))
    _edge_serving
  else
    _default
  fi
}
compdef _edge_serving edge-serving
(( $+_comps[npx] )) || compdef _edge_serving_npx npx
`;
}

function argumentSpecs(command: Command): string[] {
  const named = command.registeredArguments.flatMap((argument, index) => {
    const action = namesModel(argument) ? '_edge_serving_models' : versionAction(argument);
    if (action === undefined) return [];
    return [singleQuoted(`${argument.variadic ? '*' : index + 1}:${argument.name()}:${action}`)];
  });
  const isOpen = !command.registeredArguments.some(({ variadic }) => variadic);
  return [
    ...command.options.map((option) => optionSpec(option, versionOptions(command))),
    singleQuoted('--help[show help]'),
    ...named,
    ...(isOpen ? [singleQuoted('*:file:_files')] : []),
  ];
}

function versionAction(argument: Argument): string | undefined {
  return namesVersion(argument) ? '_edge_serving_versions' : undefined;
}

function optionSpec(
  { long, description, required, argChoices }: Option,
  versions: readonly string[],
): string {
  const names = long && versions.includes(long) ? '_edge_serving_versions' : '_files';
  const value = required ? `:value:${argChoices ? `(${argChoices.join(' ')})` : names}` : '';
  return singleQuoted(`*${long}[${zshText(description)}]${value}`);
}

/** Brackets and colons end a description of zsh. */
const zshText = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&');
