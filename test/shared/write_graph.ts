import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A tensor of a signature; without a shape even its rank is open. */
export interface GraphTensor {
  readonly name: string;
  readonly dtype: 'DT_FLOAT' | 'DT_INT32' | 'DT_BOOL' | 'DT_STRING';
  readonly shape?: readonly number[];
}

const shapeOf = ({ shape }: GraphTensor) =>
  shape === undefined ? { unknownRank: true } : { dim: shape.map((size) => ({ size: String(size) })) };

/** Writes a GraphModel without weights into a directory of its own: placeholders for the inputs, and these nodes. */
export async function writeGraph(
  inputs: readonly GraphTensor[],
  nodes: readonly Record<string, unknown>[],
  outputs: readonly GraphTensor[],
): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-graph-'));
  const signature = (tensors: readonly GraphTensor[]) =>
    Object.fromEntries(
      tensors.map((tensor) => [
        tensor.name,
        { name: `${tensor.name}:0`, dtype: tensor.dtype, tensorShape: shapeOf(tensor) },
      ]),
    );
  const placeholders = inputs.map((input) => ({
    name: input.name,
    op: 'Placeholder',
    attr: { dtype: { type: input.dtype }, shape: { shape: shapeOf(input) } },
  }));
  await writeFile(
    path.join(directory, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      modelTopology: { node: [...placeholders, ...nodes], library: {}, versions: { producer: 1 } },
      signature: { inputs: signature(inputs), outputs: signature(outputs) },
      weightsManifest: [],
    }),
  );
  return directory;
}
