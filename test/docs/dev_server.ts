import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from '../scripts/support/free_port.ts';
import type { ProjectCopy } from './project_copy.ts';

export interface DevServer {
  readonly port: number;
  readonly managementPort: number;
  /** The token for the management Worker. */
  readonly token: string;
  stop(): Promise<void>;
}

/** `npm run dev` in a copy of the project, ready to be asked. */
export async function startDevServer({ directory, environment }: ProjectCopy): Promise<DevServer> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const child = spawn(
    'npm',
    ['run', 'dev', '--', '--port', String(port), '--management-port', String(managementPort)],
    // A group of its own: npm does not pass signals on to what it runs.
    { cwd: directory, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
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
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}
