import type { Command } from 'commander';
import {
  type CompletionSource,
  listingWords,
  namedSubcommands,
  namesModel,
  namesVersion,
  versionOptions,
} from './words.ts';

export function bashScript({ commands, program }: CompletionSource, shells: string): string {
  const names = namedSubcommands(commands)
    .map(({ name }) => name)
    .join(' ');
  return `# bash completion of edge-serving. Load it with: source <(edge-serving completion bash)
_edge_serving_list() {
  COMPREPLY=($(compgen -W "$("$@" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
_edge_serving() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" subcommand="\${COMP_WORDS[1]}"
  local words='' valued='' model='' position=0 at word
  local -a state=()
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$current"))
    return
  fi
  case "$subcommand" in
${commands.map(commandCase).join('\n')}
    help) words='${names}' ;;
    completion) words='${shells}' ;;
  esac
  for ((at = 2; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    if [ "$word" = --persist-to ]; then state=(--persist-to "\${COMP_WORDS[at+1]}"); fi
    case " $valued " in *" $word "*) at=$((at + 1)); continue ;; esac
    case "$word" in -*) continue ;; esac
    if [ "$position" -eq 0 ]; then model="$word"; fi
    position=$((position + 1))
  done
  case "$subcommand $before" in
${choiceCases(commands).join('\n')}
    'publish --model') _edge_serving_list ${listingWords(program, 'models')} "\${state[@]}"; return ;;
${versionOptionCases(commands, program)}
  esac
  case " $valued " in *" $before "*) return ;; esac
  case "$subcommand$current" in
    help*|completion*|*-*) COMPREPLY=($(compgen -W "$words" -- "$current")); return ;;
  esac
  case "$subcommand $position" in
    ${positions(commands, namesModel).join('|')}) _edge_serving_list ${listingWords(program, 'models')} "\${state[@]}" ;;
    ${positions(commands, namesVersion).join('|')}) _edge_serving_list ${listingWords(program, 'versions')} "$model" "\${state[@]}" ;;
  esac
}
_edge_serving_npx() {
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ] && [ "\${COMP_WORDS[1]}" = edge-serving ]; then
    COMP_WORDS=("\${COMP_WORDS[@]:1}")
    COMP_CWORD=$((COMP_CWORD - 1))
    _edge_serving
  fi
}
complete -o default -F _edge_serving edge-serving
complete -p npx >/dev/null 2>&1 || complete -o default -F _edge_serving_npx npx
`;
}

function commandCase(command: Command): string {
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []));
  const valued = command.options.flatMap(({ long, required }) => (long && required ? [long] : []));
  return `    ${command.name()}) words='${[...flags, '--help'].join(' ')}' valued='${valued.join(' ')}' ;;`;
}

function choiceCases(commands: readonly Command[]): string[] {
  return commands.flatMap((command) =>
    command.options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map(
        ({ long, argChoices = [] }) =>
          `    '${command.name()} ${long}') COMPREPLY=($(compgen -W '${argChoices.join(' ')}' -- "$current")); return ;;`,
      ),
  );
}

function versionOptionCases(commands: readonly Command[], program: readonly string[]): string {
  const cases = commands.flatMap((command) =>
    versionOptions(command).map((option) => `'${command.name()} ${option}'`),
  );
  return `    ${cases.join('|')}) _edge_serving_list ${listingWords(program, 'versions')} "$model" "\${state[@]}"; return ;;`;
}

/** The patterns of the positions of such arguments. Those of one that may be repeated are all that follow. */
function positions(
  commands: readonly Command[],
  isMeant: (argument: Command['registeredArguments'][number]) => boolean,
): string[] {
  return commands.flatMap((command) =>
    command.registeredArguments.flatMap((argument, index) => {
      if (!isMeant(argument)) return [];
      return [argument.variadic ? `'${command.name()} '[${index}-9]` : `'${command.name()} ${index}'`];
    }),
  );
}
