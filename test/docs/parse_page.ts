/** A command of a page as typed, and its output according to the page. */
export interface Command {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** Lines as printed; undefined in a `sh` block, which shows no output. */
  readonly output: readonly string[] | undefined;
}

export interface CommandBlock {
  readonly line: number;
  /** The nearest heading above the block. */
  readonly heading: string;
  readonly commands: readonly Command[];
  /** The reason why the block is not run, from the comment above it: `<!-- not run: REASON -->`. */
  readonly notRun: string | undefined;
}

const PROMPT = '$ ';
const CONTINUED = '> ';
const NOT_RUN = /^<!-- not run: (.*) -->$/;

/** A block that is a file in the current folder. */
const FILE_FENCE = /^```\w+ ([\w-]+\.\w+)$/;

/** Commands that would replace the packages of the running tests, or run the tests within the tests. */
const NEVER_RUN = /\bnpm (ci|i|install|test|run test)\b/;

/**
 * The command blocks of a Markdown page, in their order.
 *
 * A `console` block holds commands after `$ `, their further lines after `> `, and their output. A `sh` block holds one
 * command per line, without output; a line that ends in a backslash continues on the next. A block with the name of a file
 * behind its language, such as `python predict.py`, is that file, as if a command had written it.
 *
 * @throws Error if a block is not closed, a console block does not begin with a command, or a block that is run holds a
 *   command that must not be
 */
export function parsePage(markdown: string): CommandBlock[] {
  const lines = markdown.split(/\r?\n/);
  const blocks: CommandBlock[] = [];
  let heading = '';
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    heading = /^#+ (.*)/.exec(line)?.[1] ?? heading;
    const fence = /^```(\w*)/.exec(line);
    if (fence === null) continue;
    const end = lines.indexOf('```', index + 1);
    if (end === -1) throw new Error(`the block at line ${index + 1} has no end`);
    const language = fence[1] ?? '';
    const file = FILE_FENCE.exec(line)?.[1];
    if (file !== undefined) {
      const text = writingCommand(file, lines.slice(index + 1, end));
      blocks.push({
        line: index + 1,
        heading,
        commands: [{ line: index + 1, text, output: undefined }],
        notRun: undefined,
      });
    }
    if (language === 'console' || language === 'sh') {
      const body = lines.slice(index + 1, end);
      const first = index + 2;
      const commands = language === 'console' ? parseConsole(body, first) : parseScript(body, first);
      const notRun = NOT_RUN.exec(lines[index - 1] ?? '')?.[1];
      const unsafe = commands.find(({ text }) => NEVER_RUN.test(text));
      if (notRun === undefined && unsafe !== undefined) {
        throw new Error(
          `line ${unsafe.line}: "${unsafe.text}" must not be run, and needs a "not run" comment`,
        );
      }
      blocks.push({ line: index + 1, heading, commands, notRun });
    }
    index = end;
  }
  return blocks;
}

function writingCommand(file: string, lines: readonly string[]): string {
  return [`cat > ${file} <<'END OF FILE'`, ...lines, 'END OF FILE'].join('\n');
}

function parseConsole(lines: readonly string[], first: number): Command[] {
  const commands: { line: number; text: string; output: string[] }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(PROMPT)) {
      commands.push({ line: first + index, text: line.slice(PROMPT.length), output: [] });
      continue;
    }
    const command = commands.at(-1);
    if (command?.output.length === 0 && line.startsWith(CONTINUED)) {
      command.text += `\n${line.slice(CONTINUED.length)}`;
      continue;
    }
    if (command === undefined) throw new Error(`line ${first + index} is output before any command`);
    command.output.push(line);
  }
  return commands;
}

function parseScript(lines: readonly string[], first: number): Command[] {
  const commands: Command[] = [];
  let begun: { line: number; text: string } | undefined;
  for (const [index, line] of lines.entries()) {
    begun =
      begun === undefined
        ? { line: first + index, text: line }
        : { ...begun, text: `${begun.text}\n${line}` };
    if (line.endsWith('\\')) continue;
    if (begun.text.trim() !== '') commands.push({ ...begun, output: undefined });
    begun = undefined;
  }
  return commands;
}
