import { computeRows, rowsOfTile } from '../product/compute_rows';
import { readAhead } from '../product/read_ahead';
import { NO_RESIDUAL } from '../product/tile';
import { Input, Output, Scratch } from '../roles';

/**
 * The bytes of packed panels that stay in the cache. More than for products, since pointers and copies at the edges are
 * made for each group.
 */
const GROUP_BYTES: i32 = 512 * 1024;
/** With this many channels or more, a tap is long enough to be its own segment. */
const LONG_TAP: i32 = 32;

/**
 * True if the taps of one filter row form one segment of the input row: without dilation they are contiguous in [batch,
 * height, width, channels]. A pixel at the edge then needs a copy of its row between zeros. Long taps avoid the copy:
 * each tap outside points to a row of zeros.
 */
// @ts-ignore: decorator
@inline
function mergesTaps(width: i32, outWidth: i32, channels: i32, filterWidth: i32, strideX: i32, dilationX: i32, padLeft: i32): bool {
  if (filterWidth == 1) return true;
  if (dilationX != 1) return false;
  const inside = padLeft == 0 && (outWidth - 1) * strideX + filterWidth <= width;
  return inside || channels < LONG_TAP;
}

export function panelsPerFilterGroup(k: i32): i32 {
  return max(1, GROUP_BYTES / max(1, k << 5));
}

/** Returns the bytes of scratch that conv2d needs: pointers, zeros, and copies of rows that cross an edge. */
export function conv2d_scratch_bytes(channels: i32, filterHeight: i32, filterWidth: i32): usize {
  const taps = <usize>(filterHeight * filterWidth);
  const row = <usize>(filterWidth * channels) << 2;
  return 24 * taps + row + 6 * <usize>filterHeight * row;
}

/**
 * Computes a 2-D convolution without an im2col buffer: y = clamp(x * filter + bias + residual, lower, upper).
 *
 * @param x         [batch, height, width, channels] in float32
 * @param packed    the filter, [filterHeight * filterWidth * channels, outChannels] in float32, packed by pack_b
 * @param bias      [outChannels] in float32, or 0
 * @param residual  [batch, outHeight, outWidth, outChannels] in float32, or 0; may be y
 * @param y         [batch, outHeight, outWidth, outChannels] in float32
 * @param strideY   rows from one position of the filter to the next
 * @param strideX   columns from one position of the filter to the next
 * @param dilationY rows from one tap of the filter to the next
 * @param dilationX columns from one tap of the filter to the next
 * @param padTop    rows of zeros above an image
 * @param padLeft   columns of zeros on the left of an image
 * @param lower     lower bound of the result, -infinity for none
 * @param upper     upper bound of the result, infinity for none
 * @param scratch   conv2d_scratch_bytes bytes
 */
export function conv2d(
  x: Input,
  packed: Input,
  bias: Input,
  residual: Input,
  y: Output,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  convolveColumns(x, packed, bias, residual, y, batch, height, width, channels, outHeight, outWidth, outChannels, outChannels, filterHeight, filterWidth, strideY, strideX, dilationY, dilationX, padTop, padLeft, lower, upper, scratch, true);
}

/**
 * Computes the same for a part of the output channels, from the address y on: `columns` columns of the filter. A pixel
 * of the result has `outChannels` channels.
 *
 * @param isFar true if the filter may be in memory, false if it is in a cache
 */
export function convolveColumns(
  x: usize,
  packed: usize,
  bias: usize,
  residual: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  columns: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
  scratch: usize,
  isFar: bool,
): void {
  const merged = mergesTaps(width, outWidth, channels, filterWidth, strideX, dilationX, padLeft);
  const segmentsPerRow = merged ? 1 : filterWidth;
  const segmentLength = merged ? filterWidth * channels : channels;
  const segments = filterHeight * segmentsPerRow;
  const segmentBytes = <usize>segmentLength << 2;
  const pixelBytes = <usize>channels << 2;
  const lineBytes = <usize>width * pixelBytes;
  const imageBytes = <usize>height * lineBytes;

  const pointers = scratch;
  const zeros = pointers + 24 * <usize>segments;
  const copies = zeros + segmentBytes;
  fillZeros(zeros, segmentBytes);

  const k = segments * segmentLength;
  const panels = (columns + 7) >>> 3;
  const panelBytes = <usize>k << 5;
  const group = panelsPerFilterGroup(k);
  const yRow = <usize>outChannels << 2;
  const rows = batch * outHeight * outWidth;
  const distance: usize = residual != 0 ? residual - y : NO_RESIDUAL;

  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const b = packed + <usize>panel * panelBytes;
    const column = <usize>panel << 5;
    const biasHere = bias != 0 ? bias + column : 0;
    if (isFar) readAhead(b, count, k, rows, pointers);
    let image = x;
    let outY = 0;
    let outX = 0;
    for (let row = 0; row < rows; ) {
      const here = rowsOfTile(rows - row);
      for (let index = 0; index < here; index++) {
        const left = outX * strideX - padLeft;
        const crosses = left < 0 || left + filterWidth > width;
        let pointer = pointers + (<usize>index << 2);
        let line = outY * strideY - padTop;
        for (let filterY = 0; filterY < filterHeight; filterY++) {
          if (line < 0 || line >= height) {
            for (let segment = 0; segment < segmentsPerRow; segment++) {
              store<usize>(pointer, zeros);
              pointer += 24;
            }
          } else {
            const start = image + <usize>line * lineBytes;
            if (!merged) {
              let inX = left;
              for (let filterX = 0; filterX < filterWidth; filterX++) {
                const inside = inX >= 0 && inX < width;
                store<usize>(pointer, inside ? start + <usize>inX * pixelBytes : zeros);
                inX += dilationX;
                pointer += 24;
              }
            } else {
              if (crosses) {
                const copy = copies + <usize>(index * filterHeight + filterY) * segmentBytes;
                copyBetweenZeros(start, copy, left, filterWidth, width, pixelBytes);
                store<usize>(pointer, copy);
              } else {
                store<usize>(pointer, start + <usize>left * pixelBytes);
              }
              pointer += 24;
            }
          }
          line += dilationY;
        }
        if (++outX == outWidth) {
          outX = 0;
          if (++outY == outHeight) {
            outY = 0;
            image += imageBytes;
          }
        }
      }
      computeRows(here, pointers, segments, segmentLength, b, count, biasHere, y + <usize>row * yRow + column, yRow, columns - (panel << 3), distance, lower, upper);
      row += here;
    }
  }
}

function fillZeros(address: usize, bytes: usize): void {
  for (let end = address + bytes; address < end; address += 4) store<f32>(address, 0);
}

/** Copies the pixels from `left` to before `left + count` of a line. Pixels outside the line are zeros. */
function copyBetweenZeros(line: usize, copy: usize, left: i32, count: i32, width: i32, pixelBytes: usize): void {
  const before = min(count, max(0, -left));
  const first = left + before;
  const last = max(first, min(width, left + count));
  let target = copy;
  fillZeros(target, <usize>before * pixelBytes);
  target += <usize>before * pixelBytes;
  let source = line + <usize>first * pixelBytes;
  const end = line + <usize>last * pixelBytes;
  for (; source + 16 <= end; source += 16) {
    v128.store(target, v128.load(source));
    target += 16;
  }
  for (; source < end; source += 4) {
    store<f32>(target, load<f32>(source));
    target += 4;
  }
  if (target < copy + <usize>count * pixelBytes) fillZeros(target, copy + <usize>count * pixelBytes - target);
}
