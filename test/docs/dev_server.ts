import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../fixtures/commands/free_port.ts';
import type { ProjectCopy } from './project_copy.ts';

export interface DevServer {
  readonly port: number;
  readonly managementPort: number;
  /** The token for the management Worker. */
  readonly token: string;
  stop(): Promise<void>;
}

/**
 * Ends the whole process group when standard input ends, because the server is stopped or the process of the tests
 * dies.
 */
const RUN_DEV = 'exec 3<&0; { cat <&3; kill -TERM 0; } >/dev/null 2>&1 & npm run dev -- "$@" 3<&- </dev/null';

/** Starts `npm run dev` in a copy of the project, and waits until it is ready for requests. */
export async function startDevServer({ directory, environment }: ProjectCopy): Promise<DevServer> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const child = spawn(
    'bash',
    ['-c', RUN_DEV, 'dev', '--port', String(port), '--management-port', String(managementPort)],
    { cwd: directory, env: environment, detached: true },
  );
  const ended = once(child, 'close');
  const lines: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  const token = await new Promise<string>((resolve, reject) => {
    const reader = createInterface(child.stdout);
    reader.on('line', (line) => {
      lines.push(line);
      const shown = /Bearer ([\w-]+)/.exec(line)?.[1];
      if (shown !== undefined) resolve(shown);
    });
    reader.on('close', () => reject(new Error(`npm run dev ended:\n${lines.join('\n')}`)));
  });
  return {
    port,
    managementPort,
    token,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
