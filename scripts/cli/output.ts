import type { Ora } from 'ora';
import type { ErrorCode } from '../../worker/model/coded_error.ts';
import { printable, printableJson, printableLog } from './printable.ts';

/** One line or several. A newline inside a line is from outside and is escaped. */
export type Lines = string | readonly string[];

/**
 * The output of a command; no other code prints. Results go to standard output, progress and errors to standard error.
 * All of them may contain names and texts from outside, so that control characters are escaped here.
 */
export interface Output {
  /** Reports the current step. */
  progress(text: string): void;
  /** Prints the result, for people or, with --json, for programs. Exactly one of the two is printed. */
  result(text: Lines, json: object): void;
  /** Reports a fault that does not fail the command, always on standard error. */
  warning(text: Lines): void;
  /**
   * Reports why there is no result. With --json it is on standard output, as `{"error": "..."}`, with `code` if the
   * error has one (docs/errors.md).
   */
  error(message: Lines, code?: ErrorCode): void;
  /** Passes on a line of another program, to the stream on which that program wrote it. */
  log(line: string, stream?: 'stdout' | 'stderr'): void;
}

export async function createOutput(json: boolean): Promise<Output> {
  const progress = await createProgress(json);
  return {
    progress: (text) => progress.show(printable(text)),
    result: (text, value) => {
      progress.clear();
      process.stdout.write(`${json ? printableJson(value) : printableLines(text)}\n`);
    },
    warning: (text) => {
      progress.clear();
      process.stderr.write(`${printableLines(text)}\n`);
    },
    error: (message, code) => {
      progress.clear();
      const lines = withWayOut(linesOf(message));
      if (json) process.stdout.write(`${printableJson({ error: lines.join('\n'), code })}\n`);
      else process.stderr.write(`${printableLines(lines)}\n`);
    },
    log: (line, stream = 'stdout') => {
      progress.clear();
      process[stream].write(`${printableLog(line)}\n`);
    },
  };
}

/** Any message may contain the system's error for a full disk, which suggests no remedy. */
function withWayOut(lines: readonly string[]): readonly string[] {
  return lines.length === 1 && /ENOSPC|no space left/i.test(lines[0] ?? '')
    ? [
        ...lines,
        'Free some space on that disk (TMPDIR names the directory of temporary files), and run this again.',
      ]
    : lines;
}

function linesOf(text: Lines): readonly string[] {
  return typeof text === 'string' ? [text] : text;
}

function printableLines(text: Lines): string {
  return linesOf(text).map(printable).join('\n');
}

interface Progress {
  show(text: string): void;
  clear(): void;
}

/** Uses a spinner for terminals, lines for logs, and nothing for programs. */
async function createProgress(json: boolean): Promise<Progress> {
  if (json) return { show: () => {}, clear: () => {} };
  // Some terminals of build machines are zero columns wide, and ora never finishes its first line on them.
  if (!process.stderr.isTTY || !(process.stderr.columns > 0)) {
    return { show: (text) => process.stderr.write(`${text}\n`), clear: () => {} };
  }
  const { default: ora } = await import('ora');
  let spinner: Ora | undefined;
  return {
    show: (text) => {
      spinner ??= ora({ stream: process.stderr, discardStdin: false }).start();
      spinner.text = text;
    },
    clear: () => {
      spinner?.stop();
      spinner = undefined;
    },
  };
}
