import type { Graph } from '../../../import/graph/graph.ts';
import type { CalibrationExample } from '../../../import/quantize/calibration_examples.ts';
import { convolution, GraphBuilder, integers, text } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight } from '../../fixtures/graphs/memory_weight.ts';

const SIDE = 16;
const CHANNELS = 8;
const SOFTNESS = 0.02;
export const SHAPE = [1, SIDE, SIDE, CHANNELS] as const;

/** Builds graphs of images of 16 x 16, with 8 channels where nothing else is said. */
export class ImageNetwork {
  readonly builder = new GraphBuilder(7);
  readonly x: string;

  constructor(channels: number = CHANNELS) {
    this.x = this.builder.input([1, SIDE, SIDE, channels]);
  }

  /** A convolution of 3 x 3 with a bias, and an activation unless it is empty. */
  convolve(x: string, filters: number, activation = 'Relu', channels = CHANNELS): string {
    const { builder } = this;
    const sums = builder.node('Conv2D', [x, builder.floats([3, 3, channels, filters])], convolution(false));
    return this.finish(sums, filters, activation);
  }

  depthwise(x: string, channels: number, activation = 'Relu6'): string {
    const { builder } = this;
    const sums = builder.node(
      'DepthwiseConv2dNative',
      [x, builder.floats([3, 3, channels, 1])],
      convolution(false),
    );
    return this.finish(sums, channels, activation);
  }

  finish(sums: string, channels: number, activation: string): string {
    const { builder } = this;
    const biased = builder.node('BiasAdd', [sums, builder.floats([channels])]);
    return activation === '' ? biased : builder.node(activation, [biased]);
  }

  /** The largest element, or the average, of each square of four. */
  pool(kind: 'MaxPool' | 'AvgPool', x: string): string {
    return this.builder.node(kind, [x], {
      T: { type: 'DT_FLOAT' },
      ksize: integers([1, 2, 2, 1]),
      strides: integers([1, 2, 2, 1]),
      padding: text('VALID'),
      data_format: text('NHWC'),
    });
  }

  /** Scores of classes, by the mean of each channel. */
  classify(x: string, channels: number, classes: number): string {
    const { builder } = this;
    const mean = builder.node('Mean', [x, builder.integers([1, 2])], {
      T: { type: 'DT_FLOAT' },
      Tidx: { type: 'DT_INT32' },
      keep_dims: { b: false },
    });
    const product = builder.node('MatMul', [mean, builder.floats([channels, classes])]);
    const scores = builder.node('BiasAdd', [product, builder.floats([classes])]);
    // Otherwise one class would have all of the probability.
    const scaled = builder.node('Mul', [scores, builder.constant(float32Weight([], [SOFTNESS]))]);
    return builder.node('Softmax', [scaled]);
  }

  graph(output: string): Graph {
    this.builder.output(output);
    return this.builder.graph(4);
  }
}

/** An image whose values are within a range, and differ by its seed. */
export function image(seed: number, spread = 1): CalibrationExample {
  const value = (y: number, x: number, channel: number): number =>
    spread * Math.sin(12.9898 * (y + 1) * (seed + 1) + 78.233 * (x + 1) + 3.7 * channel);
  const size = (count: number) => Array.from({ length: count }, (_, index) => index);
  return {
    inputs: { x: [size(SIDE).map((y) => size(SIDE).map((x) => size(CHANNELS).map((c) => value(y, x, c))))] },
  };
}
