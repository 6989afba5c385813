import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';

export interface ScriptResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script of scripts/ as the process that npm would start. */
export async function runScript(
  name: string,
  parameters: readonly string[],
  options: ScriptOptions = {},
): Promise<ScriptResult> {
  return result(startScript(name, parameters, options));
}

/** The same where no file may become larger than so many blocks of 512 or 1024 bytes, whichever the shell counts. */
export function runScriptWithin(
  blocks: number,
  name: string,
  parameters: readonly string[],
  options: ScriptOptions = {},
): Promise<ScriptResult> {
  const limited = ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'];
  return result(startProcess('/bin/sh', [...limited, ...scriptCommand(name, parameters)], options));
}

async function result(child: ReturnType<typeof startScript>): Promise<ScriptResult> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

export function startScript(name: string, parameters: readonly string[], options: ScriptOptions = {}) {
  const [executable, ...rest] = scriptCommand(name, parameters);
  return startProcess(executable, rest, options);
}

function scriptCommand(name: string, parameters: readonly string[]): [string, ...string[]] {
  return [process.execPath, join(PACKAGE_ROOT, 'scripts', name), ...parameters];
}

function startProcess(
  executable: string,
  parameters: readonly string[],
  { cwd = PACKAGE_ROOT, env = {} }: ScriptOptions,
) {
  const child = spawn(executable, parameters, {
    cwd,
    env: { ...process.env, INIT_CWD: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return child satisfies ChildProcess;
}
