import { finish } from './fused.ts';
import {
  at,
  build,
  type Call,
  count,
  type Expected,
  flat,
  indices,
  input,
  isSame,
  type Operation,
  ofRank,
  predictable,
  require,
  sizes,
  value,
} from './tensor.ts';
import { expectChannelsLast, perDimension, windows } from './window.ts';

function operands(call: Call, image: string, dimensions: number) {
  const x = input(call, image, 'float32');
  const filter = input(call, 'filter', 'float32');
  ofRank(x, dimensions + 2);
  ofRank(filter, dimensions + 2);
  expectChannelsLast(call);
  const dilations = perDimension(call.attributes.dilations ?? 1, 'dilations', dimensions);
  return { x, filter, dilations, window: filter.shape.slice(0, dimensions) };
}

function convolution(dimensions: number): Operation {
  return (call) => {
    const { x, filter, dilations, window } = operands(call, 'x', dimensions);
    const channels = at(x.shape, dimensions + 1);
    const [ofFilter, outChannels] = [at(filter.shape, dimensions), at(filter.shape, dimensions + 1)];
    require(channels === ofFilter, `${channels} channels and a filter of ${ofFilter}`);
    const { positions, under } = windows(call, x.shape.slice(1, -1), window, dilations);
    const result = build(
      'float32',
      [at(x.shape, 0), ...positions, outChannels],
      (index) => {
        const [batch, channel] = [at(index, 0), at(index, dimensions + 1)];
        let sum = 0;
        for (const { pixel, tap } of under(index.slice(1, -1)))
          for (let each = 0; each < channels; each++)
            sum += value(x, [batch, ...pixel, each]) * value(filter, [...tap, each, channel]);
        return sum;
      },
      'ordinary',
    );
    return [finish(call, result)];
  };
}

const depthwise: Operation = (call) => {
  const { x, filter, dilations, window } = operands(call, 'x', 2);
  const [channels, multiplier] = [at(filter.shape, 2), at(filter.shape, 3)];
  require(at(x.shape, 3) === channels, 'the channels differ');
  const { positions, under } = windows(call, x.shape.slice(1, -1), window, dilations);
  const result = build(
    'float32',
    [at(x.shape, 0), ...positions, channels * multiplier],
    (index) => {
      const [batch, channel] = [at(index, 0), at(index, 3)];
      const from = Math.floor(channel / multiplier);
      let sum = 0;
      for (const { pixel, tap } of under(index.slice(1, -1)))
        sum += value(x, [batch, ...pixel, from]) * value(filter, [...tap, from, channel % multiplier]);
      return sum;
    },
    'ordinary',
  );
  return [finish(call, result)];
};

/** The gradient of a convolution with respect to its image. Each product is added at the position of its factor. */
function transposed(dimensions: number): Operation {
  return (call) => {
    const { x: dy, filter, dilations, window } = operands(call, 'dy', dimensions);
    const shape = sizes(call, 'inputShape');
    require(shape.length === dimensions + 2, 'inputShape has another rank');
    const channels = at(filter.shape, dimensions);
    const outChannels = at(filter.shape, dimensions + 1);
    require(at(shape, dimensions + 1) === channels, 'the channels differ');
    const { positions, under } = windows(call, shape.slice(1, -1), window, dilations);
    require(isSame(dy.shape, [at(shape, 0), ...positions, outChannels]), 'dy does not come from inputShape');
    predictable(count(shape));
    const values = Array.from({ length: count(shape) }, () => 0);
    for (const index of indices(dy.shape)) {
      const gradient = value(dy, index);
      for (const { pixel, tap } of under(index.slice(1, -1)))
        for (let each = 0; each < channels; each++) {
          const to = flat(shape, [at(index, 0), ...pixel, each]);
          values[to] = at(values, to) + gradient * value(filter, [...tap, each, at(index, dimensions + 1)]);
        }
    }
    return [{ dtype: 'float32', shape, values, compared: 'ordinary' }];
  };
}

const dilation: Operation = (call) => {
  const x = input(call, 'x', 'float32');
  const filter = input(call, 'filter', 'float32');
  ofRank(x, 4);
  ofRank(filter, 3);
  require(at(x.shape, 3) === at(filter.shape, 2), 'the channels differ');
  const dilations = perDimension(call.attributes.dilations, 'dilations', 2);
  const { positions, under } = windows(call, x.shape.slice(1, 3), filter.shape.slice(0, 2), dilations);
  return [
    build(
      'float32',
      [at(x.shape, 0), ...positions, at(x.shape, 3)],
      (index) => {
        const [batch, channel] = [at(index, 0), at(index, 3)];
        const sums = under(index.slice(1, -1)).map(
          ({ pixel, tap }) => value(x, [batch, ...pixel, channel]) + value(filter, [...tap, channel]),
        );
        return Math.max(-3.4028234663852886e38, ...sums);
      },
      'ordinary',
    ),
  ];
};

function pooling(
  dimensions: number,
  pool: (values: readonly number[]) => number,
): (call: Call) => { readonly result: Expected; readonly places: () => Expected } {
  return (call) => {
    const x = input(call, 'x', 'float32');
    ofRank(x, dimensions + 2);
    expectChannelsLast(call);
    const window = perDimension(call.attributes.filterSize, 'filterSize', dimensions);
    const { positions, under } = windows(call, x.shape.slice(1, -1), window);
    const shape = [at(x.shape, 0), ...positions, at(x.shape, dimensions + 1)];
    const seen = (index: readonly number[]) =>
      under(index.slice(1, -1)).map(({ pixel }) => [at(index, 0), ...pixel, at(index, dimensions + 1)]);
    return {
      result: build(
        'float32',
        shape,
        (index) => pool(seen(index).map((place) => value(x, place))),
        'ordinary',
      ),
      places: () =>
        build(
          'int32',
          shape,
          (index) => {
            const candidates = seen(index);
            const best = candidates.reduce((a, b) => (value(x, b) > value(x, a) ? b : a));
            const isCounted = call.attributes.includeBatchInIndex === true;
            return flat(x.shape, isCounted ? best : best.with(0, 0));
          },
          'ordinary',
        ),
    };
  };
}

const largest = (values: readonly number[]): number => Math.max(...values);
const average = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

/** Sums of squares of neighboring channels. */
const localResponse: Operation = (call) => {
  const x = input(call, 'x', 'float32');
  ofRank(x, 4);
  const { depthRadius, bias, alpha, beta } = call.attributes;
  const radius = Number(depthRadius);
  require(Number.isInteger(radius) && radius >= 0, `a radius of ${radius}`);
  return [
    build(
      'float32',
      x.shape,
      (index) => {
        const channel = at(index, 3);
        let sum = 0;
        for (
          let each = Math.max(0, channel - radius);
          each <= Math.min(at(x.shape, 3) - 1, channel + radius);
          each++
        )
          sum += value(x, index.with(3, each)) ** 2;
        // In float32, a power that overflows makes NaN of a zero.
        return value(x, index) * Math.fround((Number(bias) + Number(alpha) * sum) ** -Number(beta));
      },
      'ordinary',
    ),
  ];
};

export const CONVOLUTIONS: Readonly<Record<string, Operation>> = {
  AvgPool: (call) => [pooling(2, average)(call).result],
  AvgPool3D: (call) => [pooling(3, average)(call).result],
  Conv2D: convolution(2),
  Conv2DBackpropInput: transposed(2),
  Conv3D: convolution(3),
  Conv3DBackpropInputV2: transposed(3),
  DepthwiseConv2dNative: depthwise,
  Dilation2D: dilation,
  FusedConv2D: convolution(2),
  FusedDepthwiseConv2D: depthwise,
  LRN: localResponse,
  MaxPool: (call) => [pooling(2, largest)(call).result],
  MaxPool3D: (call) => [pooling(3, largest)(call).result],
  MaxPoolWithArgmax: (call) => {
    const { result, places } = pooling(2, largest)(call);
    return [result, places()];
  },
};
