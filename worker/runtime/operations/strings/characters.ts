import type { Bytes } from './string_values.ts';

/** Returns the offsets of the characters in UTF-8: every byte that is not a continuation byte. */
export function characterStarts(value: Bytes): number[] {
  const starts: number[] = [];
  for (let index = 0; index < value.length; index++)
    if (((value[index] ?? 0) & 0xc0) !== 0x80) starts.push(index);
  return starts;
}
