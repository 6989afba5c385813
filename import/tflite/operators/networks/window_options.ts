import type { Window } from '../../../builder/spatial/windows.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';

/** @throws TfliteRefusal of numbers that no window has */
export function windowOf(
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  padding: 'SAME' | 'VALID',
): Window {
  if ([...size, ...strides, ...dilations].some((number) => number < 1))
    refuseMalformed(`has a window [${size}] with strides [${strides}] and dilations [${dilations}]`);
  return { size, strides, dilations, padding: padding === 'SAME' ? 'same' : 'valid' };
}
