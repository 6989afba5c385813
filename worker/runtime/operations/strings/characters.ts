import type { Bytes } from './string_values.ts';

/** Where the characters of UTF-8 begin: at every byte that does not continue one. */
export function characterStarts(value: Bytes): number[] {
  const starts: number[] = [];
  for (let index = 0; index < value.length; index++)
    if (((value[index] ?? 0) & 0xc0) !== 0x80) starts.push(index);
  return starts;
}
