import { Phases } from '../serving/phases.ts';
import type { RequestScope } from '../serving/serving.ts';
import { clientNetwork } from './access/client_network.ts';

const now = () => Date.now();

/** The lifetime of a request that came over HTTP, and what serving may ask of it. */
export class HttpRequestScope implements RequestScope {
  readonly phases = new Phases(now);
  readonly #request: Request;
  readonly #context: Pick<ExecutionContext, 'waitUntil'>;
  readonly #routingKeyHeader: string;

  constructor(request: Request, context: Pick<ExecutionContext, 'waitUntil'>, routingKeyHeader: string) {
    this.#request = request;
    this.#context = context;
    this.#routingKeyHeader = routingKeyHeader;
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#context.waitUntil(promise);
  }

  routingKey(): string | undefined {
    return this.#request.headers.get(this.#routingKeyHeader) ?? undefined;
  }

  network(): string {
    return clientNetwork(this.#request.headers);
  }
}
