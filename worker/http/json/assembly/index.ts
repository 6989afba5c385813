/**
 * The exports of the module: it reads and writes nested lists of numbers in blocks, and returns the addresses of its
 * buffers.
 */
export { begin_reading, lists_rank, read_lists, value_count } from './read_lists';
export { begin_writing, write_lists } from './write_lists';
import { MOST_DIMENSIONS, MOST_VALUES, shape, text, TEXT_BYTES, values } from './memory';

export function text_address(): usize {
  return text;
}

export function values_address(): usize {
  return values;
}

export function shape_address(): usize {
  return shape;
}

export function text_bytes(): i32 {
  return TEXT_BYTES;
}

export function most_values(): i32 {
  return MOST_VALUES;
}

export function most_dimensions(): i32 {
  return MOST_DIMENSIONS;
}
