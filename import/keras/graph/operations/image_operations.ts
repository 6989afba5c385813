import { cast } from '../../../builder/elementwise.ts';
import { integersValue, textValue } from '../../../builder/node_builder.ts';
import { product } from '../../../builder/products.ts';
import { crop, dimensions, pad, reshape } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { windowed } from '../../../builder/spatial/windows.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import { OPERAND, type Operated, type OperationCall, type Operations } from './call/operation_call.ts';

type OnImages = (call: OperationCall, x: SymbolicTensor) => Operated | undefined;

/** An operation of images in a batch whose channels come last, in whichever order they are given. */
const ofImages =
  (action: OnImages) =>
  (call: OperationCall): Operated | undefined => {
    const { g } = call;
    const x = call.tensor(0, OPERAND);
    if (x === undefined || rank(x) !== 4) return undefined;
    const isFirst = call.text(['data_format']) === 'channels_first';
    const made = action(call, cast(g, isFirst ? channelsLast(g, x) : x, 'float32'));
    return made === undefined || typeof made === 'string' || 'length' in made || !isFirst
      ? made
      : channelsFirst(g, made);
  };

const RESIZING = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'];

/** TensorFlow's function has the same centers of pixels, by the name of `method`. */
const resized = ofImages((call, x) => {
  const [height, width, ...others] = call.numbers(['size'], 1) ?? [];
  if (height === undefined || width === undefined || others.length > 0) return undefined;
  if (!call.isKeras && (call.flag(['preserve_aspect_ratio']) || call.flag(['half_pixel_centers'])))
    return undefined;
  const flags = RESIZING.map((name) => [name, call.flag([name])]);
  const config = {
    height,
    width,
    interpolation: call.text(['interpolation', 'method'], 2) ?? 'bilinear',
    fill_mode: call.text(['fill_mode']) ?? 'constant',
    fill_value: call.number(['fill_value']) ?? 0,
    ...Object.fromEntries(flags),
  };
  return call.asLayer('Resizing', config, [x]);
});

/** How bright each color seems. */
const BRIGHTNESS = [0.2989, 0.587, 0.114];

const gray = ofImages(({ g }, x) => {
  if (sizeOf(x, -1) !== 3) return undefined;
  const sizes = dimensions(g, x);
  const rows = g.node(
    'Reshape',
    [x, g.integers([-1, 3])],
    { shape: [null, 3] },
    { Tshape: { type: 'DT_INT32' } },
  );
  return reshape(g, product(g, rows, g.floats(BRIGHTNESS, [3, 1])), [...sizes.slice(0, 3), 1]);
});

const colors = (op: 'HSVToRGB' | 'RGBToHSV') =>
  ofImages(({ g }, x) => (sizeOf(x, -1) === 3 ? g.node(op, [x], { shape: x.shape }) : undefined));

/** The numbers of lines before and after: two of these and the resulting size tell the third. */
function widths(
  call: OperationCall,
  kind: 'padding' | 'cropping',
  size: number | null,
  names: readonly string[],
) {
  const [beforeName = '', afterName = '', targetName = ''] = names;
  const [before, after, target] = [
    call.number([`${beforeName}_${kind}`]),
    call.number([`${afterName}_${kind}`]),
    call.number([targetName]),
  ];
  if (before !== undefined && after !== undefined) return [before, after] as const;
  if (target === undefined || size === null) return undefined;
  const whole = Math.abs(target - size);
  if (before !== undefined) return [before, whole - before] as const;
  return after === undefined ? undefined : ([whole - after, after] as const);
}

const framed = (kind: 'padding' | 'cropping') =>
  ofImages((call, x) => {
    const vertical = widths(call, kind, sizeOf(x, 1), ['top', 'bottom', 'target_height']);
    const horizontal = widths(call, kind, sizeOf(x, 2), ['left', 'right', 'target_width']);
    if (vertical === undefined || horizontal === undefined) return undefined;
    if ([...vertical, ...horizontal].some((width) => width < 0)) return undefined;
    if (kind === 'padding') return pad(call.g, x, [[0, 0], vertical, horizontal, [0, 0]]);
    return crop(call.g, crop(call.g, x, 1, vertical), 2, horizontal);
  });

const patches = ofImages((call, x) => {
  if (!call.isKeras) return undefined;
  const two = (given: number[] | undefined, otherwise: readonly number[]) => {
    const [one = otherwise[0] ?? 1, other = given?.[0] ?? otherwise[1] ?? 1] = given ?? [];
    return [one, other];
  };
  const size = two(call.numbers(['size'], 1), []);
  const strides = two(call.numbers(['strides'], 2), size);
  const dilations = two(call.numbers(['dilation_rate'], 3), [1, 1]);
  const padding = call.text(['padding'], 4) ?? 'valid';
  if (padding !== 'valid' && padding !== 'same') return undefined;
  const space = windowed(x.shape.slice(1, 3), { size, strides, dilations, padding });
  const channels = sizeOf(x, -1);
  if (space === undefined || channels === null) return undefined;
  return call.g.node(
    'ExtractImagePatches',
    [x],
    { shape: [sizeOf(x, 0), ...space, channels * size.reduce((all, each) => all * each, 1)] },
    {
      ksizes: integersValue([1, ...size, 1]),
      strides: integersValue([1, ...strides, 1]),
      rates: integersValue([1, ...dilations, 1]),
      padding: textValue(padding.toUpperCase()),
    },
  );
});

/** Operations of images. */
export const IMAGE_OPERATIONS: Operations = {
  crop_images: framed('cropping'),
  extract_patches: patches,
  hsv_to_rgb: colors('HSVToRGB'),
  pad_images: framed('padding'),
  resize: resized,
  rgb_to_grayscale: gray,
  rgb_to_hsv: colors('RGBToHSV'),
};
