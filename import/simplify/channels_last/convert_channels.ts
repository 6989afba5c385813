import type { Signature } from '../../../worker/model/signature.ts';
import type { Graph, GraphNode, NodeAttribute } from '../../graph/graph.ts';
import { integersAttribute, textAttribute, textsAttribute } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import { integersWeight, LAYOUTS, type Layout, transposeNode } from './layouts.ts';

/** Which input of an operation is the image. */
const IMAGE_INPUT = new Map<string, number>([
  ...of(0, 'AvgPool AvgPool3D Conv2D Conv3D DepthwiseConv2dNative FusedBatchNorm FusedBatchNormV2'),
  ...of(0, 'FusedBatchNormV3 FusedDepthwiseConv2dNative MaxPool MaxPool3D _FusedConv2D'),
  ...of(2, 'Conv2DBackpropInput Conv3DBackpropInputV2'),
]);

function of(input: number, operations: string): [string, number][] {
  return operations.split(' ').map((operation) => [operation, input]);
}

/** Attributes with one number for each dimension. */
const PER_DIMENSION = ['dilations', 'ksize', 'strides'];

/**
 * Lets operations that take channels first take them last, which is what is computed, between two transposes.
 * The passes that follow let transposes meet and take them out.
 */
export async function convertChannels(graph: Graph): Promise<Graph> {
  let current = await convertNodes(graph);
  for (const [index, called] of graph.functions.entries()) {
    // Its results are read, as the outputs of signatures are; weights have one list of names.
    const outputs = Object.values(called.results).map((name, place) => [
      `result${place}`,
      { name, dtype: 'float32' as const, shape: null },
    ]);
    const signature: Signature = { method: PREDICT, inputs: {}, outputs: Object.fromEntries(outputs) };
    const body = { ...current, nodes: called.nodes, functions: [], signatures: { called: signature } };
    const converted = await convertNodes(body);
    if (converted === body) continue;
    const functions = current.functions.with(index, { ...called, nodes: converted.nodes });
    current = { ...current, functions, weights: converted.weights };
  }
  return current;
}

const PREDICT = 'tensorflow/serving/predict';

async function convertNodes(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  /** The transposes of what several nodes read. */
  const turned = new Map<string, string>();
  for (const node of rewrite.nodes()) {
    const layout = LAYOUTS[textAttribute(node, 'data_format') ?? ''];
    const index = IMAGE_INPUT.get(node.op);
    const image = index === undefined ? undefined : node.input[index];
    if (layout === undefined || index === undefined || image === undefined) continue;
    // Further outputs, such as batch norm's statistics, are not transposed; slopes for pixels would have to be.
    if (rewrite.isReadBeyondFirst(node.name) || textsAttribute(node, 'fused_ops').includes('Prelu')) continue;
    const key = `${layout.toLast.length} ${image}`;
    const name =
      turned.get(key) ??
      rewrite.addNode(transposeNode(rewrite, `${node.name}/to_channels_last`, image, layout.toLast, node));
    turned.set(key, name);
    const input = node.input.with(index, name);
    const [sizes] = node.input;
    if (index === 2 && sizes !== undefined)
      input[0] = await sizesWithChannelsLast(rewrite, node, sizes, layout);
    const inner = rewrite.addNode({
      name: `${node.name}/channels_last`,
      op: node.op,
      input,
      attr: attributesWithChannelsLast(node, layout),
    });
    rewrite.replace(transposeNode(rewrite, node.name, inner, layout.toFirst, node));
  }
  return rewrite.finish();
}

/** The shape of a transposed convolution's result, which is one of its inputs. */
async function sizesWithChannelsLast(
  rewrite: GraphRewrite,
  { name }: GraphNode,
  sizes: string,
  { toLast }: Layout,
): Promise<string> {
  const known = await constantIntegers(rewrite, sizes);
  if (known !== undefined)
    return rewrite.addConstant(`${name}/sizes`, integersWeight(toLast.map((axis) => known[axis] ?? 0)));
  return rewrite.addNode({
    name: `${name}/sizes`,
    op: 'GatherV2',
    input: [
      sizes,
      rewrite.addConstant(`${name}/sizes/perm`, integersWeight(toLast)),
      rewrite.addConstant(`${name}/sizes/axis`, integersWeight([0], [])),
    ],
    attr: {
      Tparams: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Taxis: { type: 'DT_INT32' },
      batch_dims: { i: '0' },
    },
  });
}

function attributesWithChannelsLast(node: GraphNode, { toLast }: Layout): GraphNode['attr'] {
  const attr: Record<string, NodeAttribute> = { ...node.attr };
  for (const name of PER_DIMENSION) {
    const given = integersAttribute(node, name);
    if (given?.length === toLast.length) attr[name] = integersValue(toLast.map((axis) => given[axis] ?? 1));
  }
  const paddings = integersAttribute(node, 'explicit_paddings');
  if (paddings?.length === 2 * toLast.length)
    attr.explicit_paddings = integersValue(
      toLast.flatMap((axis) => [paddings[2 * axis] ?? 0, paddings[2 * axis + 1] ?? 0]),
    );
  attr.data_format = { s: Buffer.from(toLast.length === 4 ? 'NHWC' : 'NDHWC').toString('base64') };
  return attr;
}

function integersValue(values: readonly number[]): NodeAttribute {
  return { list: { i: values.map(String) } };
}
