import type { Graph, NodeAttribute, Weight } from '../../graph/graph.ts';
import { integersAttribute, textAttribute } from '../attributes.ts';
import { integersWeight } from '../channels_last/layouts.ts';
import { GraphRewrite } from '../graph_rewrite.ts';

/** Of the lowest value, so that no maximum is one of them. */
const LOWEST: Weight = {
  dtype: 'float32',
  shape: [],
  byteLength: 4,
  read: async () => new Uint8Array(Float32Array.of(Number.NEGATIVE_INFINITY).buffer),
};

const VALID: NodeAttribute = { s: Buffer.from('VALID').toString('base64') };

/** Pads images before a maximum that states its own padding, which the executor does not read. */
export function padBeforeMaxima(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const [image] = node.input;
    const paddings = integersAttribute(node, 'explicit_paddings');
    if (node.op !== 'MaxPool' || textAttribute(node, 'padding') !== 'EXPLICIT') continue;
    if (image === undefined || paddings?.length !== 8 || (node.attr.T?.type ?? 'DT_FLOAT') !== 'DT_FLOAT')
      continue;
    const padded = rewrite.addNode({
      name: `${node.name}/padded`,
      op: 'PadV2',
      input: [
        image,
        rewrite.addConstant(`${node.name}/paddings`, integersWeight(paddings, [4, 2])),
        rewrite.addConstant(`${node.name}/lowest`, LOWEST),
      ],
      attr: { T: { type: 'DT_FLOAT' }, Tpaddings: { type: 'DT_INT32' } },
    });
    const { explicit_paddings: _, ...attr } = node.attr;
    rewrite.replace({ ...node, input: [padded], attr: { ...attr, padding: VALID } });
  }
  return rewrite.finish();
}
