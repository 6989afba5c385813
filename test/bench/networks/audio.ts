import { randomNetwork } from './sources/from_graph.ts';

const SAMPLES = 16_000;

/** One second of sound, classified by one-dimensional convolutions on samples: M5 of Dai et al. 2016. */
export const audio = randomNetwork({
  name: 'audio',
  description: '1-D convolutions on 16 000 samples (M5), 35 classes',
  seed: 5,
  inputShape: [1, SAMPLES, 1],
  layers: (builder, input) => {
    // A one-dimensional convolution is a two-dimensional one of height 1, as TensorFlow computes it too.
    let value = builder.reshape('samples', input, [1, 1, SAMPLES, 1]);
    const blocks = [
      { filters: 128, width: 80, stride: 4 },
      { filters: 128, width: 3, stride: 1 },
      { filters: 256, width: 3, stride: 1 },
      { filters: 512, width: 3, stride: 1 },
    ] as const;
    for (const [block, { filters, width, stride }] of blocks.entries()) {
      const convolved = builder.convolution(`block_${block}`, value, filters, {
        kernel: [1, width],
        strides: [1, stride],
        activation: 'relu',
      });
      value = builder.maxPool(`block_${block}/pool`, convolved, [1, 4]);
    }
    const scores = builder.dense('scores', builder.spatialMean('pooled', value), 35);
    return builder.softmax('probabilities', scores);
  },
});
