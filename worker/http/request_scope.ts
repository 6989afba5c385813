import type { RequestScope } from '../serving/api.ts';
import { Phases } from '../serving/request/phases.ts';
import { clientNetwork, isLocalNetwork } from './access/client_network.ts';
import { minimumGeneration } from './minimum_generation.ts';

const now = () => Date.now();

/** How clients are told apart by the keys that they send. */
export interface RoutingKeys {
  /** The header that holds the key. */
  readonly header: string;
  /** Whether a backend of the operator sets the keys, one for each of its clients. */
  readonly areTrusted: boolean;
}

/** The lifetime of a request that came over HTTP, and what serving may ask of it. */
export class HttpRequestScope implements RequestScope {
  readonly phases = new Phases(now);
  readonly minimumGeneration: number | undefined;
  readonly #request: Request;
  readonly #context: Pick<ExecutionContext, 'waitUntil'>;
  readonly #routing: RoutingKeys;

  constructor(request: Request, context: Pick<ExecutionContext, 'waitUntil'>, routing: RoutingKeys) {
    this.#request = request;
    this.#context = context;
    this.#routing = routing;
    this.minimumGeneration = minimumGeneration(request.headers);
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#context.waitUntil(promise);
  }

  routingKey(): string | undefined {
    return this.#request.headers.get(this.#routing.header) ?? undefined;
  }

  network(): string {
    const network = clientNetwork(this.#request.headers);
    const key = this.routingKey();
    // Without Cloudflare in front every client has the same address, so that only keys tell them apart.
    const countsByKey = this.#routing.areTrusted || isLocalNetwork(network);
    return countsByKey && key !== undefined ? `key ${key}` : network;
  }
}
