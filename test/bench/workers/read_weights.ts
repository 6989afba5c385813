import { answerCompute, type Run } from '../runs/timed_runs.ts';

interface Environment {
  /** The module of the loop that reads. */
  readonly LOOP: string;
  readonly BYTES: string;
}

const PAGE_BYTES = 65_536;

let run: Promise<Run> | undefined;

/** Reads so many bytes of memory in place of an inference. */
export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    run ??= reader(environment);
    return answerCompute(await run, request);
  },
};

async function reader({ LOOP, BYTES }: Environment): Promise<Run> {
  const loop: { readonly default: unknown } = await import(LOOP);
  if (!(loop.default instanceof WebAssembly.Module)) throw new Error(`${LOOP} is not WebAssembly`);
  const { memory, read } = new WebAssembly.Instance(loop.default).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof read !== 'function')
    throw new Error(`${LOOP} has no memory or no function`);
  const bytes = Number(BYTES);
  memory.grow(Math.ceil(bytes / PAGE_BYTES));
  // Memory that nothing has written is a single page of zeros.
  new Float32Array(memory.buffer).fill(1);
  return () => {
    const sum: unknown = read(bytes);
    return new Map([['sum', Float32Array.of(Number(sum))]]);
  };
}
