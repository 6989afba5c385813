import { signatureName } from '../worker/model/default_signature.ts';
import type { Answered, InputTensor, Predicted, Refused } from '../worker/rpc/api.ts';
import { decodeInputs } from '../worker/rpc/decode_inputs.ts';
import { AnswerError, decodeAnswer, encodeRequest, member } from './binary_tensors.ts';
import { type ImageSource, imageBlob } from './image.ts';
import { optionFault } from './known_options.ts';
import type {
  ClassName,
  DefaultSignatureName,
  Inputs,
  OutputName,
  Outputs,
  SignatureName,
} from './models.ts';
import { type Received, type ServerOptions, ServerRequests } from './server_requests.ts';
import { readSignatures, type Signatures } from './signatures.ts';

export interface ClientOptions extends ServerOptions {
  /** True if no answer may be older than one that this client has received before. */
  readonly neverBack?: boolean;
}

export interface CallOptions {
  /** A version; the current one by default. */
  readonly version?: string;
  /** The generation of an earlier answer. No older one answers. */
  readonly minimumGeneration?: number;
  /** Assigns this client to one version while a canary has a share of the requests. */
  readonly routingKey?: string;
  readonly signal?: AbortSignal;
}

export interface PredictOptions<Signature extends string = string, Output extends string = string>
  extends CallOptions {
  /** The signature; by default `serving_default`, or the only one. */
  readonly signature?: Signature;
  /** The names of the outputs to return; by default all. */
  readonly outputs?: readonly Output[];
}

/** The answer of a model. For models whose types were generated, it has the names and dtypes of their outputs. */
export type PredictedBy<Model, Signature, Output> =
  | (Answered & { readonly outputs: Outputs<Model, Signature, Output> })
  | Refused;

export interface ClassifyOptions extends CallOptions {
  /** The number of classes to return, best first; 5 by default. */
  readonly top?: number;
}

export type Classified<Label extends string = string> =
  | (Answered & { readonly classes: readonly ClassScore<Label>[] })
  | Refused;

export interface ClassScore<Label extends string = string> {
  readonly label: Label;
  readonly score: number;
}

export type Described =
  | { readonly ok: true; readonly version: string; readonly signatures: Signatures }
  | Refused;
export type Listed = { readonly ok: true; readonly models: readonly string[] } | Refused;

/**
 * Makes a client of a server. It sends tensors in binary, by the Open Inference Protocol.
 *
 * @throws TypeError if the address is not an http: or https: URL, or if an option does not exist
 */
export function createClient(options: ClientOptions): Client {
  const fault = optionFault('client', options);
  if (fault !== undefined) throw new TypeError(fault);
  const { protocol } = URL.canParse(options.url) ? new URL(options.url) : { protocol: '' };
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`url is an address such as https://models.example.com, and not "${options.url}"`);
  }
  return new Client(options);
}

/**
 * A client of a server. Its methods return refusals as values with the HTTP status. They throw the error of `fetch` if
 * the server cannot be reached, and AnswerError if something else answered.
 */
export class Client {
  readonly #requests: ServerRequests;
  readonly #neverBack: boolean;
  /** The signatures of the current versions and of versions by number. */
  readonly #described = new Map<string, Promise<Described>>();
  /** The newest generation of each model in an answer. */
  readonly #generations = new Map<string, number>();

  constructor(options: ClientOptions) {
    this.#requests = new ServerRequests(options);
    this.#neverBack = options.neverBack ?? false;
  }

  /**
   * Computes a signature of a model.
   *
   * @param inputs the inputs by their names in the signature, each with values in row-major order
   */
  predict<
    Model extends string,
    Signature extends SignatureName<Model> = DefaultSignatureName<Model>,
    Output extends OutputName<Model, Signature> = OutputName<Model, Signature>,
  >(
    model: Model,
    inputs: Inputs<Model, Signature>,
    options?: PredictOptions<Signature, Output>,
  ): Promise<PredictedBy<Model, Signature, Output>>;
  async predict(
    model: string,
    inputs: Readonly<Record<string, InputTensor>>,
    options: PredictOptions = {},
  ): Promise<Predicted> {
    const fault = optionFault('predict', options);
    if (fault !== undefined) return { ok: false, status: 400, message: fault };
    const described = await this.#describe(model, options);
    if (!described.ok) return described;
    const answer = await this.#predictAs(described, model, inputs, options);
    const isOutdated = answer.ok ? answer.version !== described.version : answer.status === 400;
    if (isOutdated) this.#described.delete(keyOf(model, options));
    if (answer.ok || !isOutdated) return answer;
    // The version has changed, and perhaps its signatures have too.
    const anew = await this.#describe(model, options);
    return anew.ok && anew.version !== described.version
      ? this.#predictAs(anew, model, inputs, options)
      : answer;
  }

  /** Classifies an image, or a text, with a model that takes one as the body of a request. */
  classify<Model extends string>(
    model: Model,
    source: ImageSource | string,
    options?: ClassifyOptions,
  ): Promise<Classified<ClassName<Model> & string>>;
  async classify(
    model: string,
    source: ImageSource | string,
    options: ClassifyOptions = {},
  ): Promise<Classified> {
    const fault = optionFault('classify', options);
    if (fault !== undefined) return { ok: false, status: 400, message: fault };
    const isText = typeof source === 'string';
    const body = isText ? source : await imageBlob(source, options.signal);
    const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : body.type;
    const received = await this.#requests.send({
      path: `/v1/models/${pathOf(model, options)}:classify?strict_json=true`,
      method: 'POST',
      headers: { ...this.#headers(model, options), 'content-type': type },
      body,
      signal: options.signal,
    });
    if (!received.ok) return received;
    const [scores] = resultsOf(await received.response.json());
    if (scores === undefined) throw new AnswerError('the answer has no results');
    const classes = scores.toSorted((one, other) => other.score - one.score).slice(0, options.top ?? 5);
    return { ...this.#answered(model, received.response), classes };
  }

  /** Returns the signatures of a version. They are kept until another version answers. */
  async metadata(model: string, options: Pick<CallOptions, 'version' | 'signal'> = {}): Promise<Described> {
    const fault = optionFault('metadata', options);
    if (fault !== undefined) return { ok: false, status: 400, message: fault };
    return this.#describe(model, options);
  }

  /** Lists the published models. */
  async models(): Promise<Listed> {
    const received = await this.#requests.send({ path: '/v1/models' });
    if (!received.ok) return received;
    const models = member(await received.response.json(), 'models');
    if (!Array.isArray(models)) throw new AnswerError('the answer has no models');
    return { ok: true, models: models.map(String) };
  }

  #describe(model: string, options: CallOptions): Promise<Described> {
    const key = keyOf(model, options);
    const known = this.#described.get(key);
    if (known !== undefined) return known;
    const path = `/v1/models/${pathOf(model, options)}/metadata`;
    const described = this.#requests
      .send({ path, headers: this.#headers(model, options) })
      .then((received) => describedBy(received));
    this.#described.set(key, described);
    const forget = (): void => {
      if (this.#described.get(key) === described) this.#described.delete(key);
    };
    described.then(({ ok }) => {
      if (!ok) forget();
    }, forget);
    return described;
  }

  async #predictAs(
    { signatures }: Extract<Described, { readonly ok: true }>,
    model: string,
    inputs: Readonly<Record<string, InputTensor>>,
    options: PredictOptions,
  ): Promise<Predicted> {
    const names = Object.keys(signatures);
    const name = signatureName(names, options.signature, true);
    const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
    if (signature === undefined) {
      const message = `model ${model} has no signature "${name}"; it has ${names.join(', ')}`;
      return { ok: false, status: 400, message };
    }
    const decoded = decodeInputs(inputs, signature.inputs, model);
    if (decoded.kind === 'invalid') return { ok: false, status: 400, message: decoded.message };
    const { headers, body } = encodeRequest(decoded.inputs, options.outputs, name);
    const received = await this.#requests.send({
      path: `/v2/models/${pathOf(model, options)}/infer`,
      method: 'POST',
      headers: { ...this.#headers(model, options), ...headers },
      body,
      signal: options.signal,
    });
    if (!received.ok) return received;
    const outputs = await decodeAnswer(received.response);
    return { ...this.#answered(model, received.response), outputs };
  }

  #headers(model: string, { minimumGeneration, routingKey }: CallOptions): Record<string, string> {
    const seen = this.#neverBack ? (this.#generations.get(model) ?? 0) : 0;
    const minimum = Math.max(minimumGeneration ?? 0, seen);
    return {
      ...(minimum > 0 && { 'x-minimum-generation': String(minimum) }),
      ...(routingKey !== undefined && { 'x-routing-key': routingKey }),
    };
  }

  #answered(model: string, { headers }: Response): Answered {
    const version = headers.get('x-model-version') ?? '';
    const generation = Number(headers.get('x-model-generation') ?? 0);
    this.#generations.set(model, Math.max(generation, this.#generations.get(model) ?? 0));
    const [wanted, reason] = headers.get('x-model-fallback')?.split('; ', 2) ?? [];
    const stale = headers.get('x-model-stale-pointer');
    return {
      ok: true,
      version,
      generation,
      ...(wanted !== undefined && { fallback: { wanted, reason: reason ?? '' } }),
      ...(stale !== null && { stalePointer: { reason: stale } }),
    };
  }
}

function keyOf(model: string, { version }: CallOptions): string {
  return version === undefined ? model : `${model}/${version}`;
}

function pathOf(model: string, { version }: CallOptions): string {
  const name = encodeURIComponent(model);
  return version === undefined ? name : `${name}/versions/${encodeURIComponent(version)}`;
}

async function describedBy(received: Received): Promise<Described> {
  if (!received.ok) return received;
  const document: unknown = await received.response.json();
  const version = String(member(member(document, 'model_spec'), 'version') ?? '');
  return { ok: true, version, signatures: readSignatures(document) };
}

function resultsOf(document: unknown): ClassScore[][] {
  const results = member(document, 'results');
  if (!Array.isArray(results)) throw new AnswerError('the answer has no results');
  return results.map((pairs: unknown) => {
    if (!Array.isArray(pairs)) throw new AnswerError('a result is not a list of classes');
    return pairs.map((pair: unknown) => {
      const [label, score]: unknown[] = Array.isArray(pair) ? pair : [];
      return { label: String(label), score: Number(score) };
    });
  });
}
