import { randomNetwork } from './sources/from_graph.ts';

export const denseWide = randomNetwork({
  name: 'dense-wide',
  description: 'dense 1024-2048-1024-512-10, 19 MB of weights',
  seed: 2,
  inputShape: [1, 1024],
  waitsForWeights: true,
  layers: (builder, input) => {
    const first = builder.dense('first', input, 2048, 'relu');
    const second = builder.dense('second', first, 1024, 'relu');
    const third = builder.dense('third', second, 512, 'relu');
    return builder.softmax('probabilities', builder.dense('scores', third, 10));
  },
});
