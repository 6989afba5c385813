import { writeGraph } from './write_graph.ts';

/** An output of a graph model, computed from one input of its own. */
export interface GraphStep {
  readonly input: string;
  readonly output: string;
  readonly dtype: 'DT_FLOAT' | 'DT_INT32' | 'DT_BOOL' | 'DT_STRING';
  /** -1 where any size is taken. */
  readonly shape: readonly number[];
  /** A graph operation with one input; the input as it is where there is none. */
  readonly operation?: { readonly op: string; readonly attr?: Record<string, unknown> };
}

/** Writes a tfjs GraphModel of such steps into a directory of its own. */
export function writeGraphModel(steps: readonly GraphStep[]): Promise<string> {
  return writeGraph(
    steps.map(({ input, dtype, shape }) => ({ name: input, dtype, shape })),
    steps.map(({ input, output, dtype, operation = { op: 'Identity' } }) => ({
      name: output,
      input: [input],
      ...operation,
      attr: { T: { type: dtype }, ...operation.attr },
    })),
    steps.map(({ output, dtype, shape }) => ({ name: output, dtype, shape })),
  );
}
