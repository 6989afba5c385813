import type { GraphBuilder } from './graph/graph_builder.ts';
import type { Value } from './graph/operation.ts';
import { INTEGER_DEVIATION, randomIntegers } from './graph/random_weights.ts';
import { type ImageLayers, mobilenetFeatures, mobilenetV2 } from './mobilenet_v2.ts';
import { randomNetwork } from './sources/from_graph.ts';

/** The integers of a tensor: their zero, and the root of the mean square of their distances from it. */
interface Codes {
  readonly zero: number;
  readonly spread: number;
}

const IMAGE: Codes = { zero: -128, spread: 147 };
/** After an activation, nothing is below zero. */
const ACTIVATED: Codes = { zero: -128, spread: 60 };
const LINEAR: Codes = { zero: 0, spread: 40 };

/** A power of two: it makes no difference whether engines multiply by it or divide by its inverse. */
const IMAGE_SCALE = 256;
/** Whose product with sums of two bytes is never a half, which engines would round in different ways. */
const [SUMMAND_SCALE, SUM_SCALE] = [0.05, 13.37];

/** The layers of MobileNetV2 with weights and activations of int8, as a quantized model is converted to a graph. */
export const mobilenetV2Int8 = randomNetwork({
  name: 'mobilenet-v2-int8',
  description: 'MobileNetV2 1.0 with weights and activations of int8, 224 x 224 x 3',
  seed: 4,
  inputShape: [1, 224, 224, 3],
  weights: randomIntegers,
  beside: mobilenetV2,
  layers: (builder, input) => {
    const image = builder.quantize('image', input, [IMAGE_SCALE], IMAGE.zero);
    const last = mobilenetFeatures(integerLayers(builder, image), image);
    const pooled = builder.spatialMean('pooled', builder.center('features', last, ACTIVATED.zero));
    return builder.softmax(
      'probabilities',
      builder.scale('logits', builder.dense('scores', pooled, 1000), 1 / (ACTIVATED.spread * 1000)),
    );
  },
});

function integerLayers(builder: GraphBuilder, image: Value): ImageLayers {
  const codes = new Map([[image, IMAGE]]);
  const of = (value: Value): Codes => codes.get(value) ?? LINEAR;
  const noted = (value: Value, as: Codes): Value => {
    codes.set(value, as);
    return value;
  };
  /** Sums of `fanIn` products as integers again, with a scale for each channel. */
  const quantized = (name: string, sums: Value, from: Codes, fanIn: number, to: Codes): Value => {
    const scale = to.spread / (from.spread * INTEGER_DEVIATION * Math.sqrt(fanIn));
    const scales = Array.from(
      { length: sums.shape.at(-1) ?? 1 },
      (_, channel) => scale * (1 + (channel % 7) / 10),
    );
    return noted(builder.quantize(name, sums, scales, to.zero), to);
  };
  const centered = (name: string, input: Value): Value =>
    builder.center(`${name}/centered`, input, of(input).zero);
  return {
    convolution: (name, input, channels, size, stride, activated) => {
      const options = { kernel: [size, size], strides: [stride, stride] } as const;
      const sums = builder.convolution(`${name}/sums`, centered(name, input), channels, options);
      const fanIn = size * size * (input.shape.at(-1) ?? 1);
      return quantized(name, sums, of(input), fanIn, activated ? ACTIVATED : LINEAR);
    },
    depthwise: (name, input, stride) => {
      const options = { kernel: [3, 3], strides: [stride, stride] } as const;
      const sums = builder.depthwiseConvolution(`${name}/sums`, centered(name, input), options);
      return quantized(name, sums, of(input), 9, ACTIVATED);
    },
    add: (name, left, right) => {
      const sides = [left, right].map((side, index) =>
        builder.scale(
          `${name}/scaled_${index}`,
          builder.center(`${name}/centered_${index}`, side, LINEAR.zero),
          SUMMAND_SCALE,
        ),
      );
      const [one = left, other = right] = sides;
      return noted(
        builder.quantize(name, builder.add(`${name}/floats`, one, other), [SUM_SCALE], LINEAR.zero),
        LINEAR,
      );
    },
  };
}
