import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression refers to. */
export interface PromqlReferences {
  readonly metrics: ReadonlySet<string>;
  /** The labels that it compares or groups by. */
  readonly labels: ReadonlySet<string>;
}

/** @throws if the expression is not PromQL */
export function promqlReferences(expression: string): PromqlReferences {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type, node }) => {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`at ${from}, it is not PromQL: ${expression}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.add(text);
      if (name === 'LabelName') labels.add(text);
    },
  });
  return { metrics, labels };
}
