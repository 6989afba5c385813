import * as v from 'valibot';
import type { Signature } from '../../../worker/model/signature.ts';
import type { PlanRecord } from '../../../worker/registry/version/rehearsal_record.ts';
import type { ExampleRequest } from '../generated_examples.ts';
import type { Outputs } from '../golden_comparison.ts';
import { parseTensorFlowJson } from '../tensorflow_json.ts';
import { readStatedPlans, type StatedPlans } from './stated_plans.ts';

/** The outcome of a request to the rehearsed version. */
export type Asked<Value> =
  | { readonly kind: 'answered'; readonly value: Value; readonly milliseconds: number }
  /** `isFatal`: the isolate cannot answer any more. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isFatal: boolean };

const ErrorSchema = v.object({ error: v.string() });

const StatusSchema = v.object({
  model_version_status: v.tuple([
    v.object({ state: v.string(), status: v.object({ error_message: v.string() }) }),
  ]),
});

/** Metrics of the only version in the isolate. */
const PLANNED = /^edge_serving_planned_shapes\{[^\n]*\} (\d+)$/m;
const UNPLANNED = /^edge_serving_unplanned\{[^\n]*\breason="((?:[^"\\\n]|\\.)*)"[^\n]*\} 1$/m;
const COLD = /^edge_serving_cold\{[^\n]*\breason="((?:[^"\\\n]|\\.)*)"[^\n]*\} 1$/m;
const HEAP = /^edge_serving_wasm_heap_bytes (\d+)$/m;

/** Sends HTTP requests to one version in an isolate of its own, as clients do. */
export class IsolateClient {
  readonly #isolate: URL;
  readonly #path: string;
  readonly #limitMs: number;

  /** @param limitMs the time limit of each response */
  constructor(
    isolate: URL,
    { model, version }: { readonly model: string; readonly version: string },
    limitMs: number,
  ) {
    this.#isolate = isolate;
    this.#path = `/v1/models/${model}/versions/${version}`;
    this.#limitMs = limitMs;
  }

  /** Loads the version, which computes its warmup requests. */
  async load(): Promise<Asked<undefined>> {
    const answer = await this.#ask(this.#path);
    if (answer.kind === 'failed') return { ...answer, reason: `cannot be loaded: ${answer.reason}` };
    const { status, text } = answer.value;
    if (status !== 200) return refused(`cannot be loaded: ${errorOf(text)}`);
    const [found] = v.parse(StatusSchema, JSON.parse(text)).model_version_status;
    return found.state === 'AVAILABLE'
      ? { ...answer, value: undefined }
      : refused(`cannot be loaded: ${found.status.error_message}`);
  }

  async predict({ signature_name, inputs }: ExampleRequest, signature: Signature): Promise<Asked<Outputs>> {
    const answer = await this.#ask(`${this.#path}:predict`, JSON.stringify({ signature_name, inputs }));
    if (answer.kind === 'failed') return answer;
    const { status, text } = answer.value;
    if (status !== 200) return refused(errorOf(text));
    const { outputs } = v.parse(v.object({ outputs: v.unknown() }), parseTensorFlowJson(text));
    const [only, ...others] = Object.keys(signature.outputs);
    // A single output has no name.
    const named = only !== undefined && others.length === 0 ? { [only]: outputs } : outputs;
    return { ...answer, value: v.parse(v.record(v.string(), v.unknown()), named) };
  }

  /** Returns the bytes of the isolate's WebAssembly heap, which this request creates if necessary. */
  async heapBytes(): Promise<Asked<number>> {
    const answer = await this.#ask('/monitoring/prometheus/metrics');
    if (answer.kind === 'failed') return answer;
    const [, bytes] = HEAP.exec(answer.value.text) ?? [];
    if (bytes === undefined)
      throw new Error(`the metrics do not contain the heap: ${errorOf(answer.value.text)}`);
    return { ...answer, value: Number(bytes) };
  }

  /** Returns why the version did not compute the request that was guessed for its warmup, if it did not. */
  async coldReason(): Promise<Asked<string | undefined>> {
    const answer = await this.#ask('/monitoring/prometheus/metrics');
    if (answer.kind === 'failed') return answer;
    const [, reason] = COLD.exec(answer.value.text) ?? [];
    return { ...answer, value: reason && unescaped(reason) };
  }

  /** Returns whether plans compute the version, as far as its requests have shown. */
  async planRecord(): Promise<Asked<PlanRecord>> {
    const answer = await this.#ask('/monitoring/prometheus/metrics');
    if (answer.kind === 'failed') return answer;
    const { text } = answer.value;
    const [, reason] = UNPLANNED.exec(text) ?? [];
    if (reason !== undefined) return { ...answer, value: { kind: 'not planned', reason: unescaped(reason) } };
    const shapes = Number(PLANNED.exec(text)?.[1] ?? 0);
    return { ...answer, value: shapes > 0 ? { kind: 'planned', shapes } : { kind: 'not shown' } };
  }

  /** Returns the proven plans of the version, or undefined if the Worker does not state them. */
  async statedPlans(): Promise<StatedPlans | undefined> {
    const answer = await this.#ask('/monitoring/plans');
    if (answer.kind === 'failed' || answer.value.status !== 200) return undefined;
    return readStatedPlans(answer.value.text);
  }

  async #ask(path: string, body?: string): Promise<Asked<{ status: number; text: string }>> {
    const began = performance.now();
    try {
      const response = await fetch(new URL(path, this.#isolate), {
        signal: AbortSignal.timeout(this.#limitMs),
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      const value = { status: response.status, text: await response.text() };
      return { kind: 'answered', value, milliseconds: performance.now() - began };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return {
        kind: 'failed',
        isFatal: true,
        reason: late ? `no answer within ${this.#limitMs / 1000} seconds` : 'it ended the isolate',
      };
    }
  }
}

/** Returns the original of a label's value in Prometheus's text format. */
function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function refused(reason: string): Asked<never> {
  return { kind: 'failed', reason, isFatal: false };
}

function errorOf(text: string): string {
  try {
    const parsed = v.safeParse(ErrorSchema, JSON.parse(text));
    if (parsed.success) return parsed.output.error;
  } catch {
    // Not JSON: the text is used as it is.
  }
  return text.slice(0, 200);
}
