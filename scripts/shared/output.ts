import ora, { type Ora } from 'ora';

/** Where a script's words go. Results are on standard output, progress and errors on standard error. */
export interface Output {
  /** What is going on now. */
  progress(text: string): void;
  /** The result, for people or, with --json, for programs; exactly one of the two is printed. */
  result(text: string, json: object): void;
  /** What went wrong beside the result; on standard error in every form. */
  warning(text: string): void;
  /** Why there is no result. With --json it is on standard output too, as `{"error": "..."}`. */
  error(message: string): void;
}

export function createOutput(json: boolean): Output {
  const progress = createProgress(json);
  return {
    progress: progress.show,
    result: (text, value) => {
      progress.clear();
      process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
    },
    warning: (text) => {
      progress.clear();
      process.stderr.write(`${text}\n`);
    },
    error: (message) => {
      progress.clear();
      if (json) process.stdout.write(`${JSON.stringify({ error: message }, null, 2)}\n`);
      else process.stderr.write(`${message}\n`);
    },
  };
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
