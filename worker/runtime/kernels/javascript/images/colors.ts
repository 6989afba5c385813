import { type ColorChange, colorChange } from '../../gate/rules/images/colors.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

type Color = readonly [number, number, number];

/** Changes colors one by one. tfjs has none of TensorFlow's operations on them. */
export const changedColors: PlainKernel = (backend, call, [output]) => {
  const change = changed(colorChange(call), call.number('amount'));
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const results = valuesOf(backend, result);
  for (let index = 0; index < results.length; index += 3)
    results.set(change([values[index] ?? 0, values[index + 1] ?? 0, values[index + 2] ?? 0]), index);
  return result;
};

function changed(change: ColorChange, amount: number): (color: Color) => Color {
  switch (change) {
    case 'hsv_to_rgb':
      return toRgb;
    case 'rgb_to_hsv':
      return toHsv;
    case 'hue':
      return (color) => {
        const [hue, saturation, value] = toHsv(color);
        const moved = hue + amount;
        return toRgb([moved - Math.floor(moved), saturation, value]);
      };
    case 'saturation':
      return (color) => {
        const [hue, saturation, value] = toHsv(color);
        return toRgb([hue, clamp(saturation * amount), value]);
      };
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** The hue is in [0, 1), and 0 for a grey. */
function toHsv([red, green, blue]: Color): Color {
  const value = Math.max(red, green, blue);
  const range = value - Math.min(red, green, blue);
  const saturation = value > 0 ? range / value : 0;
  if (!(range > 0)) return [0, saturation, value];
  const turn = 1 / (6 * range);
  const hue =
    red === value
      ? turn * (green - blue)
      : green === value
        ? turn * (blue - red) + 2 / 6
        : turn * (red - green) + 4 / 6;
  return [hue < 0 ? hue + 1 : hue, saturation, value];
}

function toRgb([hue, saturation, value]: Color): Color {
  const sixth = hue * 6;
  const part = (share: number): number => (1 - saturation + saturation * clamp(share)) * value;
  return [part(Math.abs(sixth - 3) - 1), part(2 - Math.abs(sixth - 2)), part(2 - Math.abs(sixth - 4))];
}
