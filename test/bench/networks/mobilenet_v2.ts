import type { GraphBuilder } from './graph/graph_builder.ts';
import type { Value } from './graph/operation.ts';
import { randomNetwork } from './sources/from_graph.ts';

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

/** The layers of a number format, by which the network is built. */
export interface ImageLayers {
  /** @param activated false for a linear convolution */
  convolution(
    name: string,
    input: Value,
    channels: number,
    size: 1 | 3,
    stride: 1 | 2,
    activated: boolean,
  ): Value;
  depthwise(name: string, input: Value, stride: 1 | 2): Value;
  add(name: string, left: Value, right: Value): Value;
}

/** Builds everything up to the pooling. */
export function mobilenetFeatures(layers: ImageLayers, input: Value): Value {
  let value = layers.convolution('stem', input, 32, 3, 2, true);
  for (const [stage, { expansion, channels, repetitions, stride }] of STAGES.entries()) {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      value = invertedResidual(layers, `block_${stage}_${repetition}`, value, {
        expansion,
        channels,
        stride: repetition === 0 ? stride : 1,
      });
    }
  }
  return layers.convolution('last', value, 1280, 1, 1, true);
}

/** 52 convolutions and one dense layer; batch normalization is folded into weights and biases. */
export const mobilenetV2 = randomNetwork({
  name: 'mobilenet-v2',
  description: 'MobileNetV2 1.0, 224 x 224 x 3, batch norm folded, 14 MB of weights',
  seed: 3,
  inputShape: [1, 224, 224, 3],
  layers: (builder, input) => {
    const last = mobilenetFeatures(floatLayers(builder), input);
    return builder.softmax(
      'probabilities',
      builder.dense('scores', builder.spatialMean('pooled', last), 1000),
    );
  },
});

function floatLayers(builder: GraphBuilder): ImageLayers {
  return {
    convolution: (name, input, channels, size, stride, activated) =>
      builder.convolution(name, input, channels, {
        kernel: [size, size],
        strides: [stride, stride],
        activation: activated ? 'relu6' : 'none',
      }),
    depthwise: (name, input, stride) =>
      builder.depthwiseConvolution(name, input, {
        kernel: [3, 3],
        strides: [stride, stride],
        activation: 'relu6',
      }),
    add: (name, left, right) => builder.add(name, left, right),
  };
}

function invertedResidual(
  layers: ImageLayers,
  name: string,
  input: Value,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: 1 | 2 },
): Value {
  const inputs = input.shape.at(-1) ?? 0;
  const expanded =
    expansion === 1 ? input : layers.convolution(`${name}/expand`, input, expansion * inputs, 1, 1, true);
  const filtered = layers.depthwise(`${name}/depthwise`, expanded, stride);
  const projected = layers.convolution(`${name}/project`, filtered, channels, 1, 1, false);
  return stride === 1 && inputs === channels ? layers.add(`${name}/sum`, input, projected) : projected;
}
