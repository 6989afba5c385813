import { randomNetwork } from './sources/from_graph.ts';

export const denseSmall = randomNetwork({
  name: 'dense-small',
  description: 'dense 4-16-3, softmax',
  seed: 1,
  inputShape: [1, 4],
  layers: (builder, input) =>
    builder.softmax('probabilities', builder.dense('scores', builder.dense('hidden', input, 16, 'relu'), 3)),
});
