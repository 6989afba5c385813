import { randomNetwork } from './from_graph.ts';
import type { GraphBuilder } from './graph/graph_builder.ts';
import type { Value } from './graph/operation.ts';

const SEQUENCE = 64;
const WIDTH = 128;
const HEADS = 4;
const LAYERS = 2;
const HEAD_WIDTH = WIDTH / HEADS;

/** A pre-norm encoder over embedded tokens. */
export const transformer = randomNetwork({
  name: 'transformer',
  description: `transformer encoder, ${LAYERS} layers, width ${WIDTH}, sequence ${SEQUENCE}, ${HEADS} heads`,
  seed: 4,
  inputShape: [1, SEQUENCE, WIDTH],
  layers: (builder, input) => {
    let value = builder.reshape('tokens', input, [SEQUENCE, WIDTH]);
    for (let layer = 0; layer < LAYERS; layer++) {
      value = builder.add(`layer_${layer}/attended`, value, attention(builder, `layer_${layer}`, value));
      value = builder.add(`layer_${layer}/output`, value, feedForward(builder, `layer_${layer}`, value));
    }
    const normal = builder.layerNormalization('normal', value);
    return builder.reshape('encoded', normal, [1, SEQUENCE, WIDTH]);
  },
});

function attention(builder: GraphBuilder, layer: string, input: Value): Value {
  const normal = builder.layerNormalization(`${layer}/attention_normal`, input);
  const split = (role: string) => {
    const dense = builder.dense(`${layer}/${role}`, normal, WIDTH);
    const heads = builder.reshape(`${layer}/${role}_split`, dense, [1, SEQUENCE, HEADS, HEAD_WIDTH]);
    return builder.transpose(`${layer}/${role}_heads`, heads, [0, 2, 1, 3]);
  };
  const products = builder.matrixMultiply(`${layer}/products`, split('query'), split('key'), true);
  const scaled = builder.scale(`${layer}/scaled`, products, 1 / Math.sqrt(HEAD_WIDTH));
  const weights = builder.softmax(`${layer}/weights`, scaled);
  const mixed = builder.matrixMultiply(`${layer}/mixed`, weights, split('value'), false);
  const turned = builder.transpose(`${layer}/turned`, mixed, [0, 2, 1, 3]);
  const merged = builder.reshape(`${layer}/merged`, turned, [SEQUENCE, WIDTH]);
  return builder.dense(`${layer}/projected`, merged, WIDTH);
}

function feedForward(builder: GraphBuilder, layer: string, input: Value): Value {
  const normal = builder.layerNormalization(`${layer}/feed_normal`, input);
  const wide = builder.gelu(`${layer}/gelu`, builder.dense(`${layer}/wide`, normal, 4 * WIDTH));
  return builder.dense(`${layer}/narrow`, wide, WIDTH);
}
