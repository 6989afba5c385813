import { at, type Call, count, indices, integerList, predictable, refuse, require } from './tensor.ts';

/** The positions of a window over an image, as in TensorFlow's GetWindowedOutputSizeVerbose. */
export interface Windows {
  /** The number of positions in each dimension. */
  readonly positions: readonly number[];
  /** The pixels of the image under a window at a position, each with its tap in the window. */
  readonly under: (position: readonly number[]) => { readonly pixel: number[]; readonly tap: number[] }[];
}

export function perDimension(given: unknown, name: string, dimensions: number): number[] {
  const list = integerList(given, name);
  const all = list.length === 1 ? Array.from({ length: dimensions }, () => at(list, 0)) : list;
  require(all.length === dimensions, `${name} is [${list}]`);
  require(all.every((each) => each > 0), `${name} is [${list}]`);
  return all;
}

export function windows(
  call: Call,
  image: readonly number[],
  sizes: readonly number[],
  dilations: readonly number[] = sizes.map(() => 1),
): Windows {
  require(sizes.every((size) => size > 0), `a window of [${sizes}]`);
  const strides = perDimension(call.attributes.strides, 'strides', image.length);
  const pad = call.attributes.pad;
  const layout = image.map((size, axis) => {
    const stride = at(strides, axis);
    const extent = (at(sizes, axis) - 1) * at(dilations, axis) + 1;
    if (pad === 'same') {
      const positions = Math.ceil(size / stride);
      const total = Math.max(0, (positions - 1) * stride + extent - size);
      return { positions, before: Math.floor(total / 2) };
    }
    const [before, after] = padding(pad, axis);
    // C++ truncates towards zero, so a window that is larger by less than two strides has zero positions.
    const positions = Math.trunc((size + before + after - extent + stride) / stride);
    if (positions < 0) refuse('the window is larger than the image');
    return { positions, before };
  });
  predictable((count(sizes) * layout.reduce((product, { positions }) => product * positions, 1)) / 8);
  const taps = indices(sizes);
  return {
    positions: layout.map(({ positions }) => positions),
    under: (position) =>
      taps.flatMap((tap) => {
        const pixel = tap.map(
          (each, axis) =>
            at(position, axis) * at(strides, axis) - at(layout, axis).before + each * at(dilations, axis),
        );
        return pixel.every((each, axis) => each >= 0 && each < at(image, axis)) ? [{ pixel, tap }] : [];
      }),
  };
}

function padding(pad: unknown, axis: number): readonly [number, number] {
  if (pad === 'valid') return [0, 0];
  if (typeof pad === 'number') {
    require(Number.isInteger(pad) && pad >= 0, `a padding of ${pad}`);
    return [pad, pad];
  }
  if (!Array.isArray(pad)) return refuse(`a padding of ${String(pad)}`);
  const pair = integerList(pad[axis + 1], 'pad');
  require(pair.length === 2 && pair.every((each) => each >= 0), `a padding of [${pair}]`);
  return [at(pair, 0), at(pair, 1)];
}

export function expectChannelsLast(call: Call): void {
  const format = call.attributes.dataFormat ?? 'NHWC';
  require(format === 'NHWC' || format === 'NDHWC', `a format of ${String(format)}`);
}
