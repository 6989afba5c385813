import { loadUpTo, multiplyAdd } from '../vector';
import { Input } from '../roles';

/**
 * Quantized matrices: panels of 8 columns as in pack.ts, with the elements of the model's files. As many rows as fill
 * 32 bits are interleaved, so that a shift or a mask turns a row of four columns into four lanes. A block of 32 bytes
 * contains 4 rows of 8-bit elements or 2 rows of 16-bit elements, first columns 0 to 3 and then columns 4 to 7.
 *
 * `vectors` contains a scale for each column and then an offset for each: a value is (element - zero) * scale + offset.
 * The zero is the element whose value is nearest to 0, so that sums of products of elements stay as small as those of
 * values. Half-precision numbers have no zero, and their offsets are 0 and never read.
 */

/** The format of a quantized matrix's elements. */
export const enum ElementFormat {
  uint8,
  uint16,
  float16,
}
// Separate constants: for members of an enumeration, the compiler would generate more local variables.
export const UINT8: i32 = ElementFormat.uint8;
export const UINT16: i32 = ElementFormat.uint16;
export const FLOAT16: i32 = ElementFormat.float16;

/** The factor 2^112 by which converted half-precision numbers are too small, since the bias of the exponent differs. */
const HALF_FACTOR: f32 = 5192296858534827628530496329220096.0;

// @ts-ignore: decorator
@inline
export function rowsOfBlock(format: ElementFormat): i32 {
  return format == UINT8 ? 4 : 2;
}

/** Returns the bytes of a panel. */
export function panelBytes(format: ElementFormat, k: i32): usize {
  const rows = rowsOfBlock(format);
  return <usize>((k + rows - 1) / rows) << 5;
}

/**
 * Returns the mask for `rowOfBlock`. V8 builds a constant at every use with several instructions. A value that is
 * computed from k, which is never negative, stays in its register.
 */
// @ts-ignore: decorator
@inline
export function maskOf(FORMAT: i32, k: i32): v128 {
  return i32x4.splat((FORMAT == FLOAT16 ? 0x8fffe000 : FORMAT == UINT16 ? 0xffff : 0xff) | (k >>> 31));
}

/** Returns a row of four columns of a block in float32. Half-precision numbers are 2^112 times too small. */
// @ts-ignore: decorator
@inline
export function rowOfBlock(FORMAT: i32, ROW: i32, block: v128, mask: v128): v128 {
  if (FORMAT == FLOAT16) {
    // Moves sign, exponent and fraction to their positions in single precision.
    const high = ROW == 0 ? i32x4.shl(block, 16) : block;
    return v128.and(i32x4.shr_s(high, 3), mask);
  }
  const bits = FORMAT == UINT8 ? 8 : 16;
  const low = ROW == 0 ? block : i32x4.shr_u(block, bits * ROW);
  return f32x4.convert_i32x4_s(ROW == 32 / bits - 1 ? low : v128.and(low, mask));
}

/**
 * Checks whether a half-precision number is infinite or NaN. A quantized matrix cannot contain these.
 *
 * @param b [count] in float16
 * @returns 1 if one is, 0 otherwise
 */
export function has_infinite_half(b: Input, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    if ((load<u16>(b + (<usize>index << 1)) & 0x7c00) == 0x7c00) return 1;
  }
  return 0;
}

/** Dequantizes panels to those of pack.ts. `scales`, `offsets` and `columns` begin with the first of these panels. */
export function expandPanels(packed: usize, scales: usize, offsets: usize, format: ElementFormat, zero: i32, k: i32, panels: i32, columns: i32, target: usize): void {
  if (format == UINT8) expandUint8(packed, scales, offsets, zero, k, panels, columns, target);
  else if (format == UINT16) expandUint16(packed, scales, offsets, zero, k, panels, columns, target);
  else expandFloat16(packed, scales, offsets, zero, k, panels, columns, target);
}

function expandUint8(packed: usize, scales: usize, offsets: usize, zero: i32, k: i32, panels: i32, columns: i32, target: usize): void {
  expand(UINT8, packed, scales, offsets, zero, k, panels, columns, target);
}

function expandUint16(packed: usize, scales: usize, offsets: usize, zero: i32, k: i32, panels: i32, columns: i32, target: usize): void {
  expand(UINT16, packed, scales, offsets, zero, k, panels, columns, target);
}

function expandFloat16(packed: usize, scales: usize, offsets: usize, zero: i32, k: i32, panels: i32, columns: i32, target: usize): void {
  expand(FLOAT16, packed, scales, offsets, zero, k, panels, columns, target);
}

// @ts-ignore: decorator
@inline
function expand(FORMAT: i32, packed: usize, scales: usize, offsets: usize, zero: i32, k: i32, panels: i32, columns: i32, target: usize): void {
  const zeros = f32x4.splat(<f32>zero);
  const mask = maskOf(FORMAT, k);
  const factor = f32x4.splat(FORMAT == FLOAT16 ? HALF_FACTOR : 1);
  let low: v128, high: v128;
  for (let panel = 0; panel < panels; panel++) {
    const lowScale = f32x4.mul(loadUpTo(scales, columns), factor);
    const highScale = f32x4.mul(loadUpTo(scales + 16, columns - 4), factor);
    const lowOffset = loadUpTo(offsets, columns);
    const highOffset = loadUpTo(offsets + 16, columns - 4);
    for (const end = target + (<usize>k << 5); target < end; packed += 32) {
      low = v128.load(packed);
      high = v128.load(packed, 16);
      expandRow(FORMAT, 0, low, mask, zeros, lowScale, lowOffset, target);
      expandRow(FORMAT, 0, high, mask, zeros, highScale, highOffset, target + 16);
      target += 32;
      if (target == end) continue;
      expandRow(FORMAT, 1, low, mask, zeros, lowScale, lowOffset, target);
      expandRow(FORMAT, 1, high, mask, zeros, highScale, highOffset, target + 16);
      target += 32;
      if (FORMAT != UINT8 || target == end) continue;
      expandRow(FORMAT, 2, low, mask, zeros, lowScale, lowOffset, target);
      expandRow(FORMAT, 2, high, mask, zeros, highScale, highOffset, target + 16);
      target += 32;
      if (target == end) continue;
      expandRow(FORMAT, 3, low, mask, zeros, lowScale, lowOffset, target);
      expandRow(FORMAT, 3, high, mask, zeros, highScale, highOffset, target + 16);
      target += 32;
    }
    scales += 32;
    offsets += 32;
    columns -= 8;
  }
}

// @ts-ignore: decorator
@inline
function expandRow(FORMAT: i32, ROW: i32, block: v128, mask: v128, zeros: v128, scale: v128, offset: v128, target: usize): void {
  const row = rowOfBlock(FORMAT, ROW, block, mask);
  v128.store(target, FORMAT == FLOAT16 ? f32x4.mul(row, scale) : multiplyAdd(f32x4.sub(row, zeros), scale, offset));
}
