import * as v from 'valibot';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { commandLine } from '../cli/invocation.ts';
import { DEV_URL } from '../dev/dev_address.ts';
import { parseTensorFlowJson } from '../rehearsal/tensorflow_json.ts';
import { type RequestBody, RequestError } from './predict_request.ts';

/** The model, or one of its versions, at a server. */
export interface Servable {
  readonly url: URL;
  readonly model: string;
  readonly version?: string | undefined;
  readonly label?: string | undefined;
}

const AnswerSchema = v.union([
  v.object({ predictions: v.array(v.unknown()) }),
  v.object({ outputs: v.unknown() }),
]);
export type Answer = v.InferOutput<typeof AnswerSchema>;

export interface Answered {
  readonly answer: Answer;
  /** The version that computed the answer, and the generation of its pointer. Null if the server does not say. */
  readonly version: string | null;
  readonly generation: number | null;
}

const ErrorSchema = v.object({ error: v.string() });
const LIMIT_MS = 120_000;

/** @throws RequestError */
export async function askToPredict(servable: Servable, request: RequestBody): Promise<Answered> {
  const { url, model } = servable;
  const response = await send(url, `${servablePath(servable)}:predict`, {
    method: 'POST',
    body: request.body,
    headers: { 'content-type': request.contentType },
  });
  const text = await response.text();
  if (!response.ok) {
    const refused = v.safeParse(ErrorSchema, jsonOf(text));
    const reason = refused.success ? refused.output.error : text.slice(0, 200);
    throw new RequestError(
      `${model} at ${url.origin} answered ${response.status}: ${reason.replaceAll('\n', ' ')}`,
    );
  }
  const parsed = v.safeParse(AnswerSchema, jsonOf(text));
  if (!parsed.success) throw new RequestError(`${url.origin} did not answer with a prediction`);
  const generation = response.headers.get('x-model-generation');
  return {
    answer: parsed.output,
    version: response.headers.get('x-model-version'),
    generation: generation === null ? null : Number(generation),
  };
}

/** The outputs of a signature, with the names of their classes if there are any. */
export type Outputs = ReadonlyMap<string, readonly string[] | undefined>;

const MetadataSchema = v.object({
  metadata: v.object({
    signature_def: v.object({
      signature_def: v.record(v.string(), v.object({ outputs: v.record(v.string(), v.unknown()) })),
    }),
    class_names: v.optional(v.record(v.string(), v.record(v.string(), v.array(v.string()))), {}),
  }),
});

/** Returns the outputs of a signature of a version. Empty if the server does not tell. */
export async function askForOutputs(servable: Servable, signature = DEFAULT_SIGNATURE): Promise<Outputs> {
  const response = await send(servable.url, `${servablePath(servable)}/metadata`, {});
  const parsed = v.safeParse(MetadataSchema, jsonOf(await response.text()));
  if (!parsed.success) return new Map();
  const { signature_def, class_names } = parsed.output.metadata;
  const names = Object.keys(signature_def.signature_def[signature]?.outputs ?? {});
  return new Map(names.map((name) => [name, class_names[signature]?.[name]]));
}

function servablePath({ model, version, label }: Servable): string {
  const path = `v1/models/${model}`;
  if (version !== undefined) return `${path}/versions/${version}`;
  return label === undefined ? path : `${path}/labels/${label}`;
}

/** @throws RequestError if there is no answer */
async function send(url: URL, path: string, request: RequestInit): Promise<Response> {
  const key = process.env.EDGE_SERVING_API_KEY;
  const headers = new Headers(request.headers);
  if (key) headers.set('authorization', `Bearer ${key}`);
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`;
  try {
    return await fetch(new URL(path, base), {
      ...request,
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  } catch (error) {
    const advice =
      url.origin === DEV_URL ? `; start a server with ${commandLine('dev')}, or name one with --url` : '';
    throw new RequestError(`the server ${url.origin} cannot be reached: ${faultOf(error)}${advice}`);
  }
}

function faultOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_SOCKET')
    return 'it closed the connection without an answer';
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}

function jsonOf(text: string): unknown {
  try {
    return parseTensorFlowJson(text);
  } catch {
    return undefined;
  }
}
