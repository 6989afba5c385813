import ora, { type Ora } from 'ora';
import { printable, printableJson, printableLog } from './printable.ts';

/** One line, or several. A newline inside of a line came from outside, and is printed as an escape. */
export type Lines = string | readonly string[];

/**
 * Where a command's words go: nothing else prints. Results are on standard output, progress and errors on standard
 * error. Names and texts from outside may be part of everything, so control characters are escaped here.
 */
export interface Output {
  /** What is going on now. */
  progress(text: string): void;
  /** The result, for people or, with --json, for programs; exactly one of the two is printed. */
  result(text: Lines, json: object): void;
  /** What went wrong beside the result; on standard error in every form. */
  warning(text: Lines): void;
  /** Why there is no result. With --json it is on standard output too, as `{"error": "..."}`. */
  error(message: Lines): void;
  /** A line of another program, on the stream where that program wrote it. */
  log(line: string, stream?: 'stdout' | 'stderr'): void;
}

export function createOutput(json: boolean): Output {
  const progress = createProgress(json);
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
    error: (message) => {
      progress.clear();
      const lines = withWayOut(linesOf(message));
      if (json) process.stdout.write(`${printableJson({ error: lines.join('\n') })}\n`);
      else process.stderr.write(`${printableLines(lines)}\n`);
    },
    log: (line, stream = 'stdout') => {
      progress.clear();
      process[stream].write(`${printableLog(line)}\n`);
    },
  };
}

/** The system's words for a full disk can be part of any message, and name no way out. */
function withWayOut(lines: readonly string[]): readonly string[] {
  return lines.length === 1 && /ENOSPC|no space left/i.test(lines[0] ?? '')
    ? [...lines, 'Free some space on that disk (temporary files lie where TMPDIR says), and run this again.']
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

/** A spinner for people; lines for a log; nothing for programs. */
function createProgress(json: boolean): Progress {
  if (json) return { show: () => {}, clear: () => {} };
  // Some terminals of build machines are zero columns wide, on which ora never finishes its first line.
  if (!process.stderr.isTTY || !(process.stderr.columns > 0)) {
    return { show: (text) => process.stderr.write(`${text}\n`), clear: () => {} };
  }
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
