import type { RequestScope } from '../serving/api.ts';
import { Phases } from '../serving/request/phases.ts';
import type { ApiKey } from './access/api_keys.ts';
import { clientNetwork, isLocalNetwork } from './access/client_network.ts';
import { shortened } from './json/json_excerpt.ts';
import { minimumGeneration } from './minimum_generation.ts';
import { spansOf, type Tracing } from './tracing.ts';

const now = () => Date.now();

/** How a routing key identifies a client. */
export interface RoutingKeys {
  /** The header that carries the key. */
  readonly header: string;
  /** True if the operator's backend sets the keys, one for each of its clients. */
  readonly areTrusted: boolean;
}

/** The part of Workers' ExecutionContext that a request needs. Other runtimes have no tracing. */
export interface RequestContext extends Pick<ExecutionContext, 'waitUntil'> {
  readonly tracing?: Tracing;
}

/** The lifetime, the API key and the routing key of an HTTP request. */
export class HttpRequestScope implements RequestScope {
  readonly phases: Phases;
  readonly minimumGeneration: number | undefined;
  readonly keyName: string | undefined;
  readonly #request: Request;
  readonly #context: RequestContext;
  readonly #routing: RoutingKeys;
  readonly #key: ApiKey | undefined;

  /** @param key that the request showed, if the server requires keys */
  constructor(request: Request, context: RequestContext, routing: RoutingKeys, key?: ApiKey | undefined) {
    this.#request = request;
    this.#context = context;
    this.#routing = routing;
    this.#key = key;
    this.keyName = key?.name;
    this.phases = new Phases(now, spansOf(context.tracing));
    this.minimumGeneration = minimumGeneration(request.headers);
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#context.waitUntil(promise);
  }

  routingKey(): string | undefined {
    return this.#request.headers.get(this.#routing.header) ?? undefined;
  }

  modelRefusal(model: string): string | undefined {
    const models = this.#key?.models;
    if (models === undefined || models.includes(model)) return undefined;
    return `The key "${this.#key?.name}" may use only the models ${models.text}, and not ${shortened(model)}`;
  }

  network(): string {
    const network = clientNetwork(this.#request.headers);
    const key = this.routingKey();
    // Without Cloudflare in front every client has the same address, and only keys identify clients.
    const countsByKey = this.#routing.areTrusted || isLocalNetwork(network);
    return countsByKey && key !== undefined ? `key ${key}` : network;
  }
}
