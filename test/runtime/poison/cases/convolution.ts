import fc from 'fast-check';
import { type CallSpec, type Calls, floats, positive, size } from '../kernel_call.ts';
import { fused, fusing } from './product.ts';

const small = fc.constantFrom(1, 1, 2, 3);
type Padding = 'same' | 'valid' | [number, number][];

const window = (dimensions: number) =>
  fc.record({
    batch: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(1, 2) },
      { weight: 1, arbitrary: fc.constant(0) },
    ),
    image: fc.array(size, { minLength: dimensions, maxLength: dimensions }),
    filter: fc.array(small, { minLength: dimensions, maxLength: dimensions }),
    strides: fc.array(small, { minLength: dimensions, maxLength: dimensions }),
    dilation: fc.constantFrom(1, 1, 1, 2),
    pad: fc.constantFrom<Padding>('same', 'valid', [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ]),
    channels: fc.oneof({ weight: 9, arbitrary: positive }, { weight: 1, arbitrary: fc.constant(0) }),
    outChannels: fc.oneof({ weight: 9, arbitrary: positive }, { weight: 1, arbitrary: fc.constant(0) }),
  });
type Window = ReturnType<typeof window> extends fc.Arbitrary<infer Value> ? Value : never;

/** A dilated window has stride 1. */
function common({ strides, dilation, pad }: Window, dimensions: number) {
  return {
    strides: dilation > 1 ? strides.map(() => 1) : strides,
    dilations: strides.map(() => dilation),
    pad: dimensions === 3 && typeof pad !== 'string' ? 'valid' : pad,
    dataFormat: dimensions === 3 ? 'NDHWC' : 'NHWC',
    dimRoundingMode: undefined,
  };
}

/** TensorFlow refuses padding that is as large as the window. */
function isPadded({ pad, filter }: Window): boolean {
  return typeof pad === 'string' || filter.every((each) => each > 1);
}

/** TensorFlow refuses a window that is larger than the image by more than a stride. */
const convolution = (dimensions: number) =>
  window(dimensions)
    .filter(isPadded)
    .map(
      (each): CallSpec => ({
        inputs: {
          x: floats([each.batch, ...each.image, each.channels]),
          filter: floats([...each.filter, each.channels, each.outChannels]),
        },
        attributes: common(each, dimensions),
      }),
    );

/** TensorFlow's kernel accepts only equal strides (depthwise_conv_op.cc). */
const depthwise = fc
  .record({
    window: window(2).filter((each) => isPadded(each) && each.channels > 0),
    multiplier: fc.constantFrom(1, 1, 1, 2),
  })
  .map(
    ({ window: each, multiplier }): CallSpec => ({
      inputs: {
        x: floats([each.batch, ...each.image, each.channels]),
        filter: floats([...each.filter, each.channels, multiplier]),
      },
      attributes: common({ ...each, strides: each.strides.map(() => each.strides[0] ?? 1) }, 2),
    }),
  );

const channelsOf = (spec: CallSpec, isDepthwise: boolean): number => {
  const shape = spec.inputs.filter?.shape ?? [];
  return (shape[3] ?? 0) * (isDepthwise ? (shape[2] ?? 0) : 1);
};

const fusedCalls = (calls: Calls, isDepthwise: boolean): Calls =>
  fc
    .record({ calls, how: fusing })
    .map(({ calls: spec, how }) => fused(spec, channelsOf(spec, isDepthwise), 4, how));

/** The output sizes of a convolution of an image with these sizes; undefined if the window does not fit. */
function positions(each: Window, image: readonly number[], dimensions: number): number[] | undefined {
  const { strides, dilations, pad } = common(each, dimensions);
  const result = image.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    const extent = ((each.filter[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const around = typeof pad === 'string' ? 0 : (pad[axis + 1] ?? [0, 0]).reduce((a, b) => a + b, 0);
    return pad === 'same' ? Math.ceil(length / stride) : Math.floor((length + around - extent) / stride) + 1;
  });
  return result.every((count) => count >= 0) ? result : undefined;
}

const transposed = (dimensions: number): Calls =>
  window(dimensions)
    .filter((each) => isPadded(each) && (each.dilation === 1 || dimensions === 2))
    .map((all): CallSpec => {
      // tfjs's kernel does not support dilation.
      const each = { ...all, dilation: 1 as const };
      const dy = positions(each, each.image, dimensions) ?? each.image.map(() => 1);
      const { dilations, ...attributes } = common(each, dimensions);
      return {
        inputs: {
          dy: floats([each.batch, ...dy, each.outChannels]),
          filter: floats([...each.filter, each.channels, each.outChannels]),
        },
        attributes: { ...attributes, inputShape: [each.batch, ...each.image, each.channels] },
      };
    });

const pool = (dimensions: number): Calls =>
  window(dimensions)
    .filter(isPadded)
    .map((each) => ({
      inputs: { x: floats([each.batch, ...each.image, each.channels]) },
      attributes: {
        filterSize: each.filter,
        strides: each.strides,
        pad: typeof each.pad === 'string' ? each.pad : 'same',
        dimRoundingMode: undefined,
        ...(dimensions === 3 ? { dataFormat: 'NDHWC' } : {}),
      },
    }));

/** A gradient with respect to the image. The oracle does not predict it, so only leaks are checked. */
const poolGradient = (dimensions: number, withInputs: boolean): Calls =>
  window(dimensions).map((each) => {
    const x = floats([each.batch, ...each.image, each.channels]);
    const dy = floats([
      each.batch,
      ...(positions({ ...each, dilation: 1, pad: 'same' }, each.image, dimensions) ?? []),
      each.channels,
    ]);
    return {
      mayRefuse: true,
      inputs: withInputs ? { dy, input: x, output: dy } : { dy, input: x },
      attributes: { filterSize: each.filter, strides: each.strides, pad: 'same', dimRoundingMode: undefined },
    };
  });

const dilation2d = window(2).map(
  (each): CallSpec => ({
    inputs: {
      x: floats([each.batch, ...each.image, each.channels]),
      filter: floats([...each.filter, each.channels]),
    },
    attributes: {
      strides: each.strides,
      pad: typeof each.pad === 'string' ? each.pad : 'same',
      dilations: [1, 1],
    },
  }),
);
const dilationGradient: Calls = dilation2d.map((spec) => ({
  ...spec,
  mayRefuse: true,
  inputs: { ...spec.inputs, dy: spec.inputs.x ?? floats([]) },
}));

const channels = fc.record({ shape: fc.array(size, { minLength: 4, maxLength: 4 }), depthRadius: fc.nat(3) });

export const CONVOLUTION_CALLS: Readonly<Record<string, Calls>> = {
  AvgPool: pool(2),
  AvgPool3D: pool(3),
  AvgPool3DGrad: poolGradient(3, false),
  AvgPoolGrad: poolGradient(2, false),
  Conv2D: convolution(2),
  Conv2DBackpropInput: transposed(2),
  Conv3D: convolution(3),
  Conv3DBackpropFilterV2: convolution(3).map((spec) => ({
    mayRefuse: true,
    inputs: { x: spec.inputs.x ?? floats([]), dy: spec.inputs.x ?? floats([]) },
    attributes: { ...spec.attributes, filterShape: spec.inputs.filter?.shape },
  })),
  Conv3DBackpropInputV2: transposed(3),
  DepthwiseConv2dNative: depthwise,
  Dilation2D: dilation2d,
  Dilation2DBackpropFilter: dilationGradient,
  Dilation2DBackpropInput: dilationGradient,
  FusedConv2D: fusedCalls(convolution(2), false),
  FusedDepthwiseConv2D: fusedCalls(depthwise, true),
  LRN: channels.map(({ shape, depthRadius }) => ({
    inputs: { x: floats(shape) },
    attributes: { depthRadius, bias: 1, alpha: 0.5, beta: 0.5 },
  })),
  LRNGrad: channels.map(({ shape, depthRadius }) => ({
    mayRefuse: true,
    inputs: { x: floats(shape), y: floats(shape), dy: floats(shape) },
    attributes: { depthRadius, bias: 1, alpha: 0.5, beta: 0.5 },
  })),
  MaxPool: pool(2),
  MaxPool3D: pool(3),
  MaxPool3DGrad: poolGradient(3, true),
  MaxPoolGrad: poolGradient(2, true),
  MaxPoolWithArgmax: pool(2).map((spec) => ({
    ...spec,
    attributes: { ...spec.attributes, includeBatchInIndex: false },
  })),
};
