import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule } from '../../rule.ts';

/** What is done to colors of red, green and blue, or of hue, saturation and value. */
export type ColorChange = 'hsv_to_rgb' | 'hue' | 'rgb_to_hsv' | 'saturation';

export function colorChange(call: KernelCall): ColorChange {
  const change = call.text('change');
  if (change === 'hsv_to_rgb' || change === 'hue' || change === 'rgb_to_hsv' || change === 'saturation')
    return change;
  return call.refuse(`the change ${String(change)} is not known`);
}

export const changedColors: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  if (x.shape.at(-1) !== 3) call.refuse(`x of shape [${x.shape}] does not have three numbers for each color`);
  colorChange(call);
  call.number('amount');
  return gives(x.shape, 'float32');
};
