import { type DevServer, startDevServer } from './dev_server.ts';
import type { Command } from './parse_page.ts';
import { copyProject, type ProjectCopy } from './project_copy.ts';
import { type CommandResult, Shell } from './shell.ts';

/** The addresses that pages show. */
const PREDICT = 'localhost:8787';
const MANAGEMENT = 'localhost:8788';
/** The command that asks the server at its usual address unless a page names another one. */
const ASKS_BY_DEFAULT = /\bnpm run predict\b(?!.* --url\b)/;

/**
 * The environment for the commands of a page: a copy of the project, one shell, and `npm run dev` if a command sends a
 * request to it.
 */
export class PageEnvironment {
  readonly #copy: ProjectCopy;
  readonly #server: DevServer | undefined;
  readonly #shell: Shell;

  private constructor(copy: ProjectCopy, server: DevServer | undefined) {
    this.#copy = copy;
    this.#server = server;
    this.#shell = new Shell({ cwd: copy.directory, env: { ...copy.environment, TOKEN: server?.token } });
  }

  static async open(commands: readonly Command[]): Promise<PageEnvironment> {
    const asks = commands.some(
      ({ text }) => text.includes(PREDICT) || text.includes(MANAGEMENT) || ASKS_BY_DEFAULT.test(text),
    );
    const copy = await copyProject();
    return new PageEnvironment(copy, asks ? await startDevServer(copy) : undefined);
  }

  /** Runs a command as a page shows it. The output is in the form of a page. */
  async run(text: string): Promise<CommandResult> {
    if (this.#server === undefined) return this.#shell.run(text);
    const predict = `localhost:${this.#server.port}`;
    const management = `localhost:${this.#server.managementPort}`;
    const addressed = ASKS_BY_DEFAULT.test(text) ? `${text} --url http://${PREDICT}` : text;
    const command = addressed.replaceAll(PREDICT, predict).replaceAll(MANAGEMENT, management);
    const { code, output } = await this.#shell.run(command);
    return { code, output: output.replaceAll(predict, PREDICT).replaceAll(management, MANAGEMENT) };
  }

  async close(): Promise<void> {
    await this.#shell.close();
    await this.#server?.stop();
    await this.#copy.remove();
  }
}
