import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import * as v from 'valibot';
import type { Network } from '../networks/network.ts';
import type { Engine } from './engine.ts';
import { writeNetwork } from './network_files.ts';

const SERVERS = path.join(import.meta.dirname, '../servers');
const ReadySchema = v.object({ port: v.number() });

interface Description {
  readonly name: string;
  readonly description: string;
  /** The file in servers/. */
  readonly server: string;
  readonly needsOnnx: boolean;
}

export const TFJS_NODE = 'tfjs-node-wasm';
export const ONNX_NODE = 'onnxruntime-node';
export const ONNX_WEB = 'onnxruntime-web';

export const NODE_SERVERS: readonly Description[] = [
  {
    name: TFJS_NODE,
    description: "tfjs-backend-wasm in Node, behind Hono's Node server",
    server: 'tfjs.ts',
    needsOnnx: false,
  },
  {
    name: ONNX_NODE,
    description: 'onnxruntime-node (native), one thread, behind the same server',
    server: 'onnxruntime_node.ts',
    needsOnnx: true,
  },
  {
    name: ONNX_WEB,
    description: 'onnxruntime-web (wasm), one thread, in Node behind the same server',
    server: 'onnxruntime_web.ts',
    needsOnnx: true,
  },
];

/** An engine in its own Node process. It reads networks from files in `directory`. */
export async function startNodeServer(
  { name, description, server, needsOnnx }: Description,
  directory: string,
): Promise<Engine> {
  const child = fork(path.join(SERVERS, server), [directory], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [message]: unknown[] = await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error(`${name} did not start`))),
  ]);
  const { port } = v.parse(ReadySchema, message);
  return {
    name,
    description,
    isFloor: false,
    workers: [],
    open: async (network: Network) => {
      if (needsOnnx && network.onnx === undefined) return undefined;
      await writeNetwork(directory, network);
      return {
        predict: new URL(`http://127.0.0.1:${port}/predict/${network.name}`),
        compute: new URL(`http://127.0.0.1:${port}/compute/${network.name}`),
        processId: child.pid,
      };
    },
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}
