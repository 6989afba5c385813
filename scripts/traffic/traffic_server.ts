import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { POINTS_PATH, SQL_PATH } from '../../worker/traffic/local_store.ts';
import { LocalTraffic } from './local_traffic.ts';

/** A server for the two Workers of `dev`: one sends its data points, the other asks in SQL. */
export interface TrafficServer {
  /** The value of the Workers' variable TRAFFIC_STORE. It contains a secret, since every page can ask this machine. */
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_BODY = 64 * 1024;
const COLUMNS = 20;
const INDEX_LENGTH = 96;
const TEXT_LENGTH = 1000;

const PointSchema = v.strictObject({
  indexes: v.pipe(v.array(v.pipe(v.string(), v.maxLength(INDEX_LENGTH))), v.maxLength(1)),
  blobs: v.pipe(v.array(v.pipe(v.string(), v.maxLength(TEXT_LENGTH))), v.maxLength(COLUMNS)),
  doubles: v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(COLUMNS)),
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Starts the local store of data points, which the folder of local state keeps. */
export async function startTrafficServer(state: string): Promise<TrafficServer> {
  const written = await LocalTraffic.openToWrite(state);
  const read = await LocalTraffic.openToRead(state);
  const secret = `/${randomBytes(16).toString('hex')}`;
  const answer = (path: string, body: string): Answer => {
    switch (path) {
      case `${secret}${POINTS_PATH}`:
        written.write(v.parse(PointSchema, JSON.parse(body)), Date.now());
        return { status: 204, body: '' };
      case `${secret}${SQL_PATH}`: {
        const data = read.query(body);
        return { status: 200, body: JSON.stringify({ data, rows: data.length }) };
      }
      default:
        return { status: 404, body: 'not found' };
    }
  };
  const server = createServer(async (request, response) => {
    const { status, body } = await textOf(request)
      .then((text) => answer(request.method === 'POST' ? (request.url ?? '') : '', text))
      .catch((error: unknown): Answer => ({ status: 400, body: String(error) }));
    response.writeHead(status).end(body);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the store of requests has no port');
  return {
    url: `http://127.0.0.1:${address.port}${secret}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      read.close();
      written.close();
    },
  };
}

/** @throws if the body is too long */
async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes: Uint8Array = chunk;
    length += bytes.length;
    if (length > LARGEST_BODY) throw new Error(`a body has at most ${LARGEST_BODY} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
