import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Listens on a port that was free. */
export async function occupyPort(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return { server, port: address.port };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { server, port } = await occupyPort();
  server.close();
  await once(server, 'close');
  return port;
}
