import type { Servable } from '../servables/servable.ts';
import type { MetricSample } from './metrics.ts';

/** A longer reason is truncated, since it may contain names from a model. */
const LONGEST_REASON = 120;

export function boundedReason(reason: string): string {
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON - 1)}…`;
}

/** Samples the versions in memory that could not compute the request that was guessed for their warmup. */
export function coldSamples(servables: readonly Servable[]): MetricSample[] {
  return servables.flatMap(({ model, version, cold }) =>
    cold === undefined
      ? []
      : [
          {
            name: 'cold',
            kind: 'gauge' as const,
            labels: { model, version, reason: boundedReason(cold) },
            value: 1,
          },
        ],
  );
}

/**
 * Samples, for each version in memory, the number of shapes that plans compute, or the last reason why plans compute no
 * shape.
 */
export function planSamples(servables: readonly Servable[]): MetricSample[] {
  return servables.map((servable): MetricSample => {
    const { model, version } = servable;
    const state = servable.planState();
    return state.kind === 'not planned'
      ? {
          name: 'unplanned',
          kind: 'gauge',
          labels: { model, version, reason: boundedReason(state.reason) },
          value: 1,
        }
      : {
          name: 'planned_shapes',
          kind: 'gauge',
          labels: { model, version },
          value: state.kind === 'planned' ? state.shapes : 0,
        };
  });
}
