import type { Graph, GraphNode, NodeAttribute } from '../graph/graph.ts';

type Attributes = Readonly<Record<string, NodeAttribute>>;

const text = (value: string): NodeAttribute => ({ s: Buffer.from(value).toString('base64') });
const ones = (count: number): NodeAttribute => ({ list: { i: Array.from({ length: count }, () => '1') } });

const IMAGES: Attributes = { data_format: text('NHWC'), dilations: ones(4) };
const VOLUMES: Attributes = { data_format: text('NDHWC'), dilations: ones(5) };
const NORM: Attributes = { data_format: text('NHWC'), epsilon: { f: 0.0001 }, is_training: { b: true } };

/**
 * What TensorFlow's definitions of operations say of attributes that a node does not state, where the executor has another
 * value in its place, or none. SavedModels bring the definitions along; frozen graphs do not.
 */
const DEFAULTS: Readonly<Record<string, Attributes>> = {
  AvgPool3D: { data_format: text('NDHWC') },
  Conv2D: IMAGES,
  Conv2DBackpropInput: IMAGES,
  Conv3D: VOLUMES,
  Conv3DBackpropInputV2: VOLUMES,
  CropAndResize: { method: text('bilinear'), extrapolation_value: { f: 0 } },
  DepthwiseConv2dNative: IMAGES,
  FusedBatchNorm: NORM,
  FusedBatchNormV2: NORM,
  FusedBatchNormV3: NORM,
  ImageProjectiveTransformV3: { fill_mode: text('CONSTANT') },
  MaxPool3D: { data_format: text('NDHWC') },
  QuantizeAndDequantizeV3: { range_given: { b: true } },
};

/** States the attributes that have no value in the graph, where it matters. */
export function stateDefaults(graph: Graph): Graph {
  const nodes = stated(graph.nodes);
  const functions = graph.functions.map((called) => {
    const inner = stated(called.nodes);
    return inner === called.nodes ? called : { ...called, nodes: inner };
  });
  const isSame =
    nodes === graph.nodes && functions.every((called, index) => called === graph.functions[index]);
  return isSame ? graph : { ...graph, nodes, functions };
}

function stated(nodes: readonly GraphNode[]): readonly GraphNode[] {
  let isSame = true;
  const all = nodes.map((node) => {
    const defaults = DEFAULTS[node.op];
    if (defaults === undefined || Object.keys(defaults).every((name) => name in node.attr)) return node;
    isSame = false;
    return { ...node, attr: { ...defaults, ...node.attr } };
  });
  return isSame ? nodes : all;
}
