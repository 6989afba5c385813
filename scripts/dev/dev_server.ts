import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { commandLine } from '../cli/invocation.ts';
import { configurationOptions, type WorkerName, WRANGLER } from '../deploy/wrangler_process.ts';
import { OUTER_ENVIRONMENT } from '../files/load_wrangler.ts';
import { PROJECT_ROOT, startableModule } from '../files/package_root.ts';
import { onParentExit } from './parent_process.ts';
import { createRequestLogFilter, type RequestLogFilter } from './request_log_filter.ts';

export interface DevServerOptions {
  readonly worker: WorkerName;
  readonly ip: string;
  readonly port: number;
  /** The local state folder. */
  readonly directory: string;
  /** Variables of the Worker as `NAME:VALUE`, which override those of wrangler.toml. */
  readonly variables: readonly string[];
  /** Called once, when the Worker passes its health check. */
  readonly onReady: () => void | Promise<void>;
}

const POLL_MS = 100;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `wrangler dev` for each of the Workers until one of them ends, and then ends the others.
 *
 * @param print receives every line of their output, which may contain names of clients and models
 * @returns the exit code of the first that ended; 0 after a signal or the end of the parent process
 */
export async function runDevServers(
  servers: readonly DevServerOptions[],
  print: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<number> {
  const children: Wrangler[] = [];
  // A terminal sends Ctrl+C to all processes. A supervisor's signal arrives only here.
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    for (const child of children) child.kill(signal);
  };
  const forward = (signal: NodeJS.Signals): void => {
    stopping = true;
    end(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  const unwatch = onParentExit(() => forward('SIGTERM'));
  // The reader of the output has ended, probably with the parent.
  process.stdout.on('error', () => forward('SIGTERM'));
  const exits: Promise<number>[] = [];
  let healthy = true;
  for (const options of servers) {
    // One at a time: two processes that search for free ports at once find the same one.
    if (stopping || !healthy) break;
    const child = startWrangler(options);
    children.push(child);
    exits.push(exitCode(child));
    const log = createRequestLogFilter();
    createInterface(child.stdout).on('line', (line) => {
      if (log.shows(line)) print(line, 'stdout');
    });
    createInterface(child.stderr).on('line', (line) => print(line, 'stderr'));
    const url = serverUrl(options.ip, options.port);
    healthy = await whenHealthy(`${url}/healthz`, child, log, (reason) =>
      print(
        `${url} answers every request with: ${reason}. Correct wrangler.toml, or start again with another --var`,
        'stderr',
      ),
    );
    if (healthy && !stopping) await options.onReady();
  }
  const code = await Promise.race(exits);
  end('SIGTERM');
  await Promise.all(exits);
  unwatch();
  return stopping ? 0 : code;
}

type Wrangler = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

function startWrangler({ worker, ip, port, directory, variables }: DevServerOptions): Wrangler {
  return spawn(
    process.execPath,
    [
      // wrangler passes it on to its own process.
      ...['--import', startableModule(new URL('./end_with_parent.ts', import.meta.url)).href],
      WRANGLER,
      'dev',
      '--local',
      ...configurationOptions(worker),
      ...['--ip', ip],
      ...['--port', String(port)],
      ...['--persist-to', directory],
      ...variables.flatMap((variable) => ['--var', variable]),
      ...['--log-level', 'log'],
      '--show-interactive-dev-session=false',
    ],
    {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // No prompts and no network access: local development works offline.
      env: {
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_WRITE_LOGS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        // It writes into a pipe, whose reader may be a terminal.
        ...(process.stdout.isTTY && OUTER_ENVIRONMENT.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {}),
        ...OUTER_ENVIRONMENT,
      },
    },
  );
}

async function exitCode(child: ChildProcess): Promise<number> {
  const [code]: unknown[] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

/**
 * Waits until a server is healthy. Returns false if it ended before.
 *
 * @param onRefusal receives why the server refuses every request, once for each reason
 */
async function whenHealthy(
  url: string,
  child: ChildProcess,
  log: RequestLogFilter,
  onRefusal: (reason: string) => void,
): Promise<boolean> {
  let reported: string | undefined;
  while (child.exitCode === null && child.signalCode === null) {
    const health = await askHealth(url, log);
    if (health.kind === 'healthy') return true;
    if (health.kind === 'refusing' && health.reason !== reported) {
      reported = health.reason;
      onRefusal(reported);
    }
    await wait(POLL_MS);
  }
  return false;
}

type Health =
  | { readonly kind: 'healthy' | 'silent' }
  /** The Worker runs and answers nothing, such as for an invalid variable. */
  | { readonly kind: 'refusing'; readonly reason: string };

const RefusalSchema = v.object({ error: v.string() });

async function askHealth(url: string, log: RequestLogFilter): Promise<Health> {
  log.probeSent();
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    log.probeFailed();
    return { kind: 'silent' };
  }
  const text = await response.text().catch(() => '');
  if (response.ok) return { kind: 'healthy' };
  // While it starts, wrangler itself answers with a page.
  const refusal = v.safeParse(v.pipe(v.string(), v.parseJson(), RefusalSchema), text);
  return refusal.success ? { kind: 'refusing', reason: refusal.output.error } : { kind: 'silent' };
}

/** Returns the URL of a server that listens on this address. */
export function serverUrl(ip: string, port: number): string {
  const everywhere = ip === '0.0.0.0' || ip === '::' || ip === '*';
  const host = everywhere ? 'localhost' : ip.includes(':') ? `[${ip}]` : ip;
  return `http://${host}:${port}`;
}

/** Returns why no server can listen on a port, in one sentence, or undefined if one can. */
export async function portFault(ip: string, port: number, option = '--port'): Promise<string | undefined> {
  for (const address of ip === 'localhost' ? ['127.0.0.1', '::1'] : [ip]) {
    const code = await listenFault(address, port);
    // Some machines have no IPv6.
    if (code === undefined || (ip === 'localhost' && address === '::1' && code !== 'EADDRINUSE')) continue;
    if (code === 'EADDRINUSE') {
      // The next port is probably in use too: dev uses two, this one and the management Worker's.
      return `port ${port} is in use; choose another one, with ${commandLine('dev', `${option} ${port + 2}`)}`;
    }
    return `nothing can listen on ${ip} port ${port}: ${code}`;
  }
  return undefined;
}

async function listenFault(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}
