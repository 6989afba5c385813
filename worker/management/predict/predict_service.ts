import { isLoopback } from '../console/loopback.ts';

/** The predict Worker, as this Worker reaches it. */
export type PredictService = (request: Request) => Promise<Response>;

/**
 * Returns the predict Worker, or undefined if it is not bound as PREDICT. In `dev` it is asked at its address: the local
 * registry of bindings may contain a Worker of the same name of another project.
 */
export function predictServiceOf(
  bindings: object,
  predictUrl: string | undefined,
): PredictService | undefined {
  if (predictUrl !== undefined && isLoopback(new URL(predictUrl).hostname)) {
    return (request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(`${predictUrl}${pathname}${search}`, request));
    };
  }
  const binding: unknown = Reflect.get(bindings, 'PREDICT');
  return isFetcher(binding) ? (request) => binding.fetch(request) : undefined;
}

function isFetcher(binding: unknown): binding is { fetch(request: Request): Promise<Response> } {
  return typeof binding === 'object' && binding !== null && 'fetch' in binding;
}
