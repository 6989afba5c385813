import type { GraphBuilder } from './graph/graph_builder.ts';
import type { Value } from './graph/operation.ts';
import type { NetworkSource } from './network.ts';
import { randomNetwork } from './sources/from_graph.ts';

interface Encoder {
  readonly name: string;
  readonly seed: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly sequence: number;
}

/** A small one. */
export const transformer = encoder({
  name: 'transformer',
  seed: 4,
  layers: 2,
  width: 128,
  heads: 4,
  sequence: 64,
});

/** One of the size of MiniLM-L6, for a sentence of 32 tokens. */
export const minilm = encoder({ name: 'minilm', seed: 6, layers: 6, width: 384, heads: 12, sequence: 32 });

/** A pre-norm encoder over embedded tokens. Its feed-forward layers are four times as wide. */
function encoder({ name, seed, layers, width, heads, sequence }: Encoder): NetworkSource {
  return randomNetwork({
    name,
    description: `transformer encoder, ${layers} layers, width ${width}, sequence ${sequence}, ${heads} heads`,
    seed,
    inputShape: [1, sequence, width],
    layers: (builder, input) => {
      let value = builder.reshape('tokens', input, [sequence, width]);
      for (let layer = 0; layer < layers; layer++) {
        const attended = attention(builder, `layer_${layer}`, value, heads);
        value = builder.add(`layer_${layer}/attended`, value, attended);
        value = builder.add(`layer_${layer}/output`, value, feedForward(builder, `layer_${layer}`, value));
      }
      const normal = builder.layerNormalization('normal', value);
      return builder.reshape('encoded', normal, [1, sequence, width]);
    },
  });
}

function attention(builder: GraphBuilder, layer: string, input: Value, heads: number): Value {
  const [sequence = 1, width = 1] = input.shape;
  const headWidth = width / heads;
  const normal = builder.layerNormalization(`${layer}/attention_normal`, input);
  const split = (role: string) => {
    const dense = builder.dense(`${layer}/${role}`, normal, width);
    const ofHeads = builder.reshape(`${layer}/${role}_split`, dense, [1, sequence, heads, headWidth]);
    return builder.transpose(`${layer}/${role}_heads`, ofHeads, [0, 2, 1, 3]);
  };
  const products = builder.matrixMultiply(`${layer}/products`, split('query'), split('key'), true);
  const scaled = builder.scale(`${layer}/scaled`, products, 1 / Math.sqrt(headWidth));
  const weights = builder.softmax(`${layer}/weights`, scaled);
  const mixed = builder.matrixMultiply(`${layer}/mixed`, weights, split('value'), false);
  const turned = builder.transpose(`${layer}/turned`, mixed, [0, 2, 1, 3]);
  const merged = builder.reshape(`${layer}/merged`, turned, [sequence, width]);
  return builder.dense(`${layer}/projected`, merged, width);
}

function feedForward(builder: GraphBuilder, layer: string, input: Value): Value {
  const width = input.shape.at(-1) ?? 1;
  const normal = builder.layerNormalization(`${layer}/feed_normal`, input);
  const wide = builder.gelu(`${layer}/gelu`, builder.dense(`${layer}/wide`, normal, 4 * width));
  return builder.dense(`${layer}/narrow`, wide, width);
}
