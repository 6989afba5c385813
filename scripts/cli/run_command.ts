import type { Command } from 'commander';
import { selectEnvironment } from '../deploy/wrangler_environment.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from './command_module.ts';
import { errorCode, errorLines } from './explained_error.ts';
import { createOutput } from './output.ts';
import { parseCommandLine, seeHelp } from './parse/parse_command_line.ts';
import { UsageError } from './usage_error.ts';

/**
 * Parses the words of a command and runs it.
 *
 * @param words the words after the name of the command
 * @returns the exit code
 */
export async function runCommand(
  command: Command,
  { run }: CommandModule,
  words: readonly string[],
): Promise<number> {
  // Determined before parsing, so that an invalid command line is also reported in the requested form.
  const output = await createOutput(words.includes('--json'));
  const parsed = parseCommandLine(command, words, process.env);
  if (parsed.kind === 'helped') return EXIT_DONE;
  if (parsed.kind === 'wrong') {
    output.error(parsed.lines, 'ERR_COMMAND_LINE_INVALID');
    return EXIT_USAGE;
  }
  try {
    const fault = await selectEnvironment(command);
    if (fault !== undefined) throw new UsageError(fault);
    return await run(command, output);
  } catch (error) {
    if (error instanceof UsageError) {
      output.error([error.message, seeHelp(command, process.env)], error.code);
      return EXIT_USAGE;
    }
    output.error(errorLines(error), errorCode(error));
    return EXIT_FAILED;
  }
}
