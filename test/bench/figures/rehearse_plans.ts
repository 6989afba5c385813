import { readStatedPlans, type StatedPlans } from '../../../scripts/rehearsal/sandbox/stated_plans.ts';

/** What a rehearsal finds out in an isolate of its own. */
export interface RehearsedPlans {
  /** The heap of the isolate without and with the network. Bytes. */
  readonly heap: { readonly empty: number; readonly used: number };
  readonly plans: StatedPlans | undefined;
}

/** The number of requests after which a plan is proven. */
const REQUESTS = 3;

/** Asks an isolate that has loaded nothing until its plan is proven, as the rehearsal of a publish does. */
export async function rehearsePlans(isolate: URL, ask: () => Promise<unknown>): Promise<RehearsedPlans> {
  const read = async (path: string): Promise<string> => {
    const response = await fetch(new URL(path, isolate));
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text;
  };
  const heapBytes = async (): Promise<number> => {
    const metrics = await read('/monitoring/prometheus/metrics');
    return Number(/^edge_serving_wasm_heap_bytes (\d+)$/m.exec(metrics)?.[1]);
  };
  const empty = await heapBytes();
  for (let request = 0; request < REQUESTS; request++) await ask();
  const plans = readStatedPlans(await read('/monitoring/plans'));
  return { heap: { empty, used: await heapBytes() }, plans };
}
