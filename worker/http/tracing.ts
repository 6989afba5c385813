import type { StartSpan } from '../serving/request/phases.ts';

/** The part of Workers' tracing that is used. */
export interface Tracing {
  startSpan(name: string): { end(): void };
  getActiveSpan(): { readonly isTraced: boolean } | undefined;
}

/** Returns how a request starts spans, or undefined if the platform does not trace it: spans cost time. */
export function spansOf(tracing: Tracing | undefined): StartSpan | undefined {
  return tracing?.getActiveSpan()?.isTraced === true ? (name) => tracing.startSpan(name) : undefined;
}
