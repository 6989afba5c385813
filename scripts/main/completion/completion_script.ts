import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { CompletionSource } from './words.ts';
import { zshScript } from './zsh.ts';

export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof COMPLETION_SHELLS)[number];

/**
 * Returns a script that completes subcommands and options, the values of options that have a list of them, and the names
 * of models and versions in local state.
 */
export function completionScript(shell: Shell, source: CompletionSource): string {
  const shells = COMPLETION_SHELLS.join(' ');
  switch (shell) {
    case 'bash':
      return bashScript(source, shells);
    case 'zsh':
      return zshScript(source, shells);
    case 'fish':
      return fishScript(source, shells);
  }
}
