import * as v from 'valibot';
import { ANSWERS, ErrorSchema } from '../../worker/management/openapi/openapi_answers.ts';
import type { TrafficReport } from '../../worker/traffic/report/traffic_report.ts';
import type { ApiAnswer, ApiRefusal } from './api_answer.ts';

export type Caller = v.InferOutput<typeof ANSWERS.caller>;
export type ModelSummary = v.InferOutput<typeof ANSWERS.models>['models'][number];
export type ModelState = v.InferOutput<typeof ANSWERS.model>;
export type Changed = v.InferOutput<typeof ANSWERS.changed>;
export type Pruned = v.InferOutput<typeof ANSWERS.pruned>;
export type Manifest = v.InferOutput<typeof ANSWERS.manifest>;

/** The longest answer that the console reads. Characters. */
const LONGEST_ANSWER = 32 * 1024 * 1024;
/** A registry with more models is better searched with the commands. */
const MOST_PAGES = 20;

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A change that somebody decided on what they saw. */
export interface SentChange {
  readonly model: string;
  readonly name: string;
  /** The generation that the decision is based on. */
  readonly generation: number;
  readonly parameters: object;
  /** A repeated request with the same key takes effect once. */
  readonly key: string;
}

/** The management Worker's API, for one caller. */
export class ManagementApi {
  readonly #token: string | undefined;
  readonly #onSignedOut: (message: string) => void;

  /**
   * @param token undefined if the browser's own login (Cloudflare Access) makes the caller
   * @param onSignedOut called when the token or the login is not valid any more
   */
  constructor(token: string | undefined, onSignedOut: (message: string) => void) {
    this.#token = token;
    this.#onSignedOut = onSignedOut;
  }

  caller(): Promise<ApiAnswer<Caller>> {
    return this.#ask('/api/v1', ANSWERS.caller);
  }

  /** Resolves to all models with the roles of their versions. */
  async models(): Promise<ApiAnswer<readonly ModelSummary[]>> {
    const models: ModelSummary[] = [];
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
      const answer = await this.#ask(`/api/v1/models?roles=true${query}`, ANSWERS.models);
      if (answer.kind === 'refused') return answer;
      models.push(...answer.value.models);
      after = answer.value.after;
      if (after === undefined) break;
    }
    return { kind: 'answered', value: models };
  }

  model(model: string): Promise<ApiAnswer<ModelState>> {
    return this.#ask(modelPath(model), ANSWERS.model);
  }

  manifest(model: string, version: string): Promise<ApiAnswer<Manifest>> {
    return this.#ask(`${modelPath(model)}/versions/${encodeURIComponent(version)}`, ANSWERS.manifest);
  }

  /** The requests of the last minutes, from all isolates. */
  traffic(model: string, minutes: number): Promise<ApiAnswer<TrafficReport>> {
    return this.#ask(`${modelPath(model)}/traffic?minutes=${minutes}`, ANSWERS.traffic);
  }

  /** Makes a change. Resolves when it is written, before it takes effect. */
  change(change: SentChange): Promise<ApiAnswer<Changed>> {
    return this.#send({ ...change, parameters: { ...change.parameters, wait: false } }, ANSWERS.changed);
  }

  /** Prunes, or with `dryRun` finds what would be deleted. Long work is done in several requests. */
  async prune(change: SentChange): Promise<ApiAnswer<Pruned>> {
    const blobs: Pruned['blobs'] = [];
    for (;;) {
      const answer = await this.#send(change, ANSWERS.pruned);
      if (answer.kind === 'refused') return answer;
      blobs.push(...answer.value.blobs);
      if (answer.value.done) return { kind: 'answered', value: { ...answer.value, blobs } };
    }
  }

  /** Asks the predict Worker through the management Worker. The answer is the predict Worker's own. */
  async predict(path: string, init: RequestInit): Promise<Response | ApiRefusal> {
    const headers = new Headers(init.headers);
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    const response = await send(`/api/v1/predict${path}`, { ...init, headers });
    if (!(response instanceof Response) || response.headers.get('x-answered-by') === 'predict') {
      return response;
    }
    return this.#refusal(response, await response.text());
  }

  #send<Schema extends v.GenericSchema>(
    { model, name, generation, parameters, key }: SentChange,
    schema: Schema,
  ): Promise<ApiAnswer<v.InferOutput<Schema>>> {
    const headers = { 'if-match': `"${generation}"`, 'idempotency-key': key };
    return this.#ask(`${modelPath(model)}/${name}`, schema, { method: 'POST', headers, body: parameters });
  }

  async #ask<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    { method = 'GET', headers = {}, body }: Sent = {},
  ): Promise<ApiAnswer<v.InferOutput<Schema>>> {
    const response = await send(path, {
      method,
      headers: { ...headers, ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!(response instanceof Response)) return response;
    const text = await response.text().catch(() => '');
    if (!response.ok) return this.#refusal(response, text);
    const parsed = v.safeParse(schema, parseJson(text));
    if (parsed.success) return { kind: 'answered', value: parsed.output };
    const [issue] = parsed.issues;
    const place = v.getDotPath(issue) ?? 'the whole';
    return refused(0, `The answer to ${method} ${path} is not understood (${place}): reload the console`);
  }

  #refusal({ status }: Response, text: string): ApiRefusal {
    const parsed = v.safeParse(ErrorSchema, parseJson(text));
    const message = parsed.success ? parsed.output.error : `The management Worker answered ${status}`;
    if (status === 401) this.#onSignedOut(message);
    return refused(status, message);
  }
}

function modelPath(model: string): string {
  return `/api/v1/models/${encodeURIComponent(model)}`;
}

function refused(status: number, message: string): ApiRefusal {
  return { kind: 'refused', status, message };
}

async function send(path: string, init: RequestInit): Promise<Response | ApiRefusal> {
  try {
    return await fetch(path, { ...init, cache: 'no-store', redirect: 'error' });
  } catch {
    // A login that has ended leads to another site, which this page may not ask.
    return refused(0, 'The management Worker cannot be reached, or its login has ended: reload the page');
  }
}

function parseJson(text: string): unknown {
  if (text.length > LONGEST_ANSWER) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
