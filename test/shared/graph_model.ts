import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

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

/** Writes a tfjs GraphModel without weights into a directory of its own. */
export async function writeGraphModel(steps: readonly GraphStep[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-graph-'));
  const dim = (shape: readonly number[]) => shape.map((size) => ({ size: String(size) }));
  const inputs = steps.map(({ input, dtype, shape }) => ({
    name: input,
    op: 'Placeholder',
    attr: { dtype: { type: dtype }, shape: { shape: { dim: dim(shape) } } },
  }));
  const outputs = steps.map(({ input, output, dtype, operation = { op: 'Identity' } }) => ({
    name: output,
    input: [input],
    ...operation,
    attr: { T: { type: dtype }, ...operation.attr },
  }));
  const tensorInfo = (name: string, { dtype, shape }: GraphStep) => ({
    name: `${name}:0`,
    dtype,
    tensorShape: { dim: dim(shape) },
  });
  const model = {
    format: 'graph-model',
    modelTopology: { node: [...inputs, ...outputs], library: {}, versions: { producer: 1 } },
    signature: {
      inputs: Object.fromEntries(steps.map((step) => [step.input, tensorInfo(step.input, step)])),
      outputs: Object.fromEntries(steps.map((step) => [step.output, tensorInfo(step.output, step)])),
    },
    weightsManifest: [],
  };
  await writeFile(path.join(directory, 'model.json'), JSON.stringify(model));
  return directory;
}
