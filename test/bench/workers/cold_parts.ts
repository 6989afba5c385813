import { wasmBackend } from '../../../worker/runtime/backend/backend.ts';
import { loadModel } from '../../../worker/runtime/loading/load_model.ts';
import { TOPOLOGY_FILE } from '../runs/network_description.ts';
import { type BenchEnvironment, openFile, readDescription } from './environment.ts';

/** Times the parts of a cold start that can be separated from outside the runtime, in a new isolate. */
export default {
  async fetch(request: Request, environment: BenchEnvironment): Promise<Response> {
    const { input, outputs, format } = await readDescription(environment);
    const values = new Float32Array(await request.arrayBuffer());
    const parts: Record<string, number> = {};
    let mark = performance.now();
    const lap = (part: string): void => {
      const now = performance.now();
      parts[part] = now - mark;
      mark = now;
    };
    await wasmBackend();
    lap('backend');
    const model = await loadModel({
      format,
      topology: TOPOLOGY_FILE,
      open: async function* (path) {
        yield* (await openFile(environment, path)).body;
      },
      onAbandon: () => undefined,
    });
    lap('readAndDecode');
    const inputs = new Map([[input.name, { dtype: 'float32', shape: input.shape, values } as const]]);
    const names = outputs.map(({ name }) => name);
    await model.execute(inputs, names);
    lap('firstRun');
    await model.execute(inputs, names);
    lap('secondRun');
    return Response.json(parts);
  },
};
