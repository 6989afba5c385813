import type { RequestScope } from '../serving/api.ts';
import { Phases } from '../serving/request/phases.ts';
import { clientNetwork, isLocalNetwork } from './access/client_network.ts';
import { minimumGeneration } from './minimum_generation.ts';

const now = () => Date.now();

/** How a routing key identifies a client. */
export interface RoutingKeys {
  /** The header that carries the key. */
  readonly header: string;
  /** True if the operator's backend sets the keys, one for each of its clients. */
  readonly areTrusted: boolean;
}

/** The lifetime and the routing key of an HTTP request. */
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
    // Without Cloudflare in front every client has the same address, and only keys identify clients.
    const countsByKey = this.#routing.areTrusted || isLocalNetwork(network);
    return countsByKey && key !== undefined ? `key ${key}` : network;
  }
}
