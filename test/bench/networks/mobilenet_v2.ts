import { randomNetwork } from './from_graph.ts';
import type { GraphBuilder } from './graph/graph_builder.ts';
import type { Value } from './graph/operation.ts';

/** The inverted residuals of Sandler et al. 2018, table 2: expansion, channels, repetitions, first stride. */
const STAGES = [
  { expansion: 1, channels: 16, repetitions: 1, stride: 1 },
  { expansion: 6, channels: 24, repetitions: 2, stride: 2 },
  { expansion: 6, channels: 32, repetitions: 3, stride: 2 },
  { expansion: 6, channels: 64, repetitions: 4, stride: 2 },
  { expansion: 6, channels: 96, repetitions: 3, stride: 1 },
  { expansion: 6, channels: 160, repetitions: 3, stride: 2 },
  { expansion: 6, channels: 320, repetitions: 1, stride: 1 },
] as const;

/** 52 convolutions and one dense layer; batch normalization is folded into weights and biases. */
export const mobilenetV2 = randomNetwork({
  name: 'mobilenet-v2',
  description: 'MobileNetV2 1.0, 224 x 224 x 3, batch norm folded, 14 MB of weights',
  seed: 3,
  inputShape: [1, 224, 224, 3],
  layers: (builder, input) => {
    let value = builder.convolution('stem', input, 32, {
      kernel: [3, 3],
      strides: [2, 2],
      activation: 'relu6',
    });
    for (const [stage, { expansion, channels, repetitions, stride }] of STAGES.entries()) {
      for (let repetition = 0; repetition < repetitions; repetition++) {
        value = invertedResidual(builder, `block_${stage}_${repetition}`, value, {
          expansion,
          channels,
          stride: repetition === 0 ? stride : 1,
        });
      }
    }
    const last = builder.convolution('last', value, 1280, { kernel: [1, 1], activation: 'relu6' });
    return builder.softmax(
      'probabilities',
      builder.dense('scores', builder.spatialMean('pooled', last), 1000),
    );
  },
});

function invertedResidual(
  builder: GraphBuilder,
  name: string,
  input: Value,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: number },
): Value {
  const inputs = input.shape.at(-1) ?? 0;
  const expanded =
    expansion === 1
      ? input
      : builder.convolution(`${name}/expand`, input, expansion * inputs, {
          kernel: [1, 1],
          activation: 'relu6',
        });
  const filtered = builder.depthwiseConvolution(`${name}/depthwise`, expanded, {
    kernel: [3, 3],
    strides: [stride, stride],
    activation: 'relu6',
  });
  const projected = builder.convolution(`${name}/project`, filtered, channels, { kernel: [1, 1] });
  return stride === 1 && inputs === channels ? builder.add(`${name}/sum`, input, projected) : projected;
}
