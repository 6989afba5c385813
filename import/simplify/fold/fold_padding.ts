import { float32Values } from '../../graph/float32_values.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { computesFloats, hasChannelsLast, hasControlInputs, textAttribute } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';

const CONVOLUTIONS: ReadonlySet<string> = new Set([
  'Conv2D',
  'DepthwiseConv2dNative',
  'FusedDepthwiseConv2dNative',
  '_FusedConv2D',
]);

/** Lets a convolution put zeros around its images itself, in place of an operation before it that copies them. */
export async function foldPadding(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    if (!CONVOLUTIONS.has(node.op) || !hasChannelsLast(node) || !computesFloats(node)) continue;
    if (textAttribute(node, 'padding') !== 'VALID') continue;
    const padding = rewrite.producer(node.input[0]);
    const [image] = padding?.input ?? [];
    const widths = padding && (await zerosAround(rewrite, padding));
    if (image === undefined || widths === undefined) continue;
    rewrite.replace({
      ...node,
      input: [image, ...node.input.slice(1)],
      attr: {
        ...node.attr,
        padding: { s: Buffer.from('EXPLICIT').toString('base64') },
        explicit_paddings: { list: { i: widths.map(String) } },
      },
    });
  }
  return rewrite.finish();
}

/** The widths of the zeros that a node puts around images, before and after each dimension. */
async function zerosAround(rewrite: GraphRewrite, node: GraphNode): Promise<readonly number[] | undefined> {
  if ((node.op !== 'Pad' && node.op !== 'PadV2') || hasControlInputs(node)) return undefined;
  const [, paddings, value] = node.input;
  if (value !== undefined && !(await isZero(rewrite, value))) return undefined;
  const widths = await constantIntegers(rewrite, paddings);
  if (widths?.length !== 8 || widths.some((width) => width < 0)) return undefined;
  const isInSpace = [0, 1, 6, 7].every((index) => widths[index] === 0);
  return isInSpace ? widths : undefined;
}

async function isZero(rewrite: GraphRewrite, tensor: string): Promise<boolean> {
  const weight = rewrite.constant(tensor);
  if (weight?.dtype !== 'float32' || weight.byteLength !== 4) return false;
  const [value] = float32Values(await weight.read());
  return value === 0;
}
