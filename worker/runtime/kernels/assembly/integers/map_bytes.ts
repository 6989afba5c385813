import { Input, Output } from '../roles';

/**
 * Replaces bytes by those of a table.
 *
 * @param x     [count] in uint8
 * @param table [256] in uint8
 * @param y     [count] in uint8
 */
export function map_bytes(x: Input, table: Input, y: Output, count: i32): void {
  let left = count;
  for (; left >= 4; left -= 4) {
    const first = load<u8>(table + <usize>load<u8>(x)), second = load<u8>(table + <usize>load<u8>(x, 1));
    const third = load<u8>(table + <usize>load<u8>(x, 2)), fourth = load<u8>(table + <usize>load<u8>(x, 3));
    store<u8>(y, first);
    store<u8>(y, second, 1);
    store<u8>(y, third, 2);
    store<u8>(y, fourth, 3);
    x += 4;
    y += 4;
  }
  for (; left > 0; left--) store<u8>(y++, load<u8>(table + <usize>load<u8>(x++)));
}
