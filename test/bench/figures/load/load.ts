import { Client, type Dispatcher } from 'undici';

export interface Requested {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The process that answers, if it is known. */
  readonly processId: number | undefined;
}

export interface Load {
  /** The latency of each answer in milliseconds, in the order of their arrival. */
  readonly latencies: readonly number[];
  /** The time of each arrival by performance.now(). */
  readonly answeredAt: readonly number[];
  readonly perSecond: number;
  /** The share of one core that the clients used. Near 1, the clients limit the result. */
  readonly clientShare: number;
}

/** Keeps a number of clients busy: each has a connection and sends its next request when it has its answer. */
export async function load(
  requested: Requested,
  options: {
    readonly clients: number;
    readonly milliseconds: number;
    readonly requests?: number;
    /** Ends the load early. */
    readonly signal?: AbortSignal;
  },
): Promise<Load> {
  const { clients, milliseconds, requests = Number.POSITIVE_INFINITY, signal } = options;
  const latencies: number[] = [];
  const answeredAt: number[] = [];
  const connections = Array.from({ length: clients }, () => new Client(requested.url.origin));
  const started = performance.now();
  const before = process.cpuUsage();
  let left = requests;
  await Promise.all(
    connections.map(async (connection) => {
      let now = performance.now();
      while (now - started < milliseconds && left > 0 && !signal?.aborted) {
        left--;
        const sent = now;
        await ask(connection, requested);
        now = performance.now();
        latencies.push(now - sent);
        answeredAt.push(now);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(connections.map((connection) => connection.close()));
  return {
    latencies,
    answeredAt,
    perSecond: latencies.length / seconds,
    clientShare: (user + system) / 1e6 / seconds,
  };
}

/** Sends one request and only counts its answer. Objects made from it would slow down the clients, not the servers. */
export function ask(client: Dispatcher, { url, headers, body }: Requested): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        if (status !== 200) text += chunk.toString();
      },
      onResponseEnd: () => {
        if (status === 200) resolve();
        else reject(new Error(`${url} answered ${status}: ${text.slice(0, 500)}`));
      },
      onResponseError: (_controller, error) => reject(error),
    };
    client.dispatch(
      { method: 'POST', path: url.pathname + url.search, headers: { ...headers }, body },
      handler,
    );
  });
}
