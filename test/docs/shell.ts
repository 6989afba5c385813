import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface CommandResult {
  readonly code: number;
  /** Standard output and standard error, in the order in which they were written. */
  readonly output: string;
}

/** ASCII's record separator, which no command of a page prints. */
const END = '\x1e';

/** A command that takes longer waits for something that never happens, such as a key press or the end of a server. */
const LIMIT_MS = 300_000;

/** One bash for all commands of a page, so that a variable or a folder of one command holds for the next. */
export class Shell {
  readonly #bash;
  #printed = '';
  #onPrinted = () => {};

  constructor({ cwd, env }: ShellOptions) {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      // A separate process group. The processes that commands leave running end with it.
      detached: true,
    });
    this.#bash.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
      this.#onPrinted();
    });
  }

  /** @throws Error if the command takes too long, or bash has ended, for example after a syntax error */
  async run(command: string): Promise<CommandResult> {
    if (this.#bash.exitCode !== null || this.#bash.signalCode !== null) {
      throw new Error('not run: a command before this one ended bash');
    }
    this.#printed = '';
    const ended = once(this.#bash, 'close');
    const limit = setTimeout(() => this.#end('SIGTERM'), LIMIT_MS);
    const answered = new Promise<CommandResult>((resolve) => {
      this.#onPrinted = () => {
        const match = new RegExp(`^([^]*)${END}(\\d+)${END}$`).exec(this.#printed);
        if (match !== null) resolve({ output: match[1] ?? '', code: Number(match[2]) });
      };
    });
    this.#bash.stdin.write(`{ ${command}\n} 2>&1 </dev/null; printf '${END}%s${END}' "$?"\n`);
    const result = await Promise.race([answered, ended]).finally(() => clearTimeout(limit));
    if ('code' in result) return result;
    throw new Error(`bash ended, or was ended after ${LIMIT_MS / 1000} s, at: ${command}\n${this.#printed}`);
  }

  async close(): Promise<void> {
    if (this.#bash.exitCode !== null || this.#bash.signalCode !== null) return;
    const ended = once(this.#bash, 'close');
    this.#bash.stdin.end();
    await ended;
  }

  #end(signal: NodeJS.Signals): void {
    if (this.#bash.pid !== undefined) process.kill(-this.#bash.pid, signal);
  }
}
