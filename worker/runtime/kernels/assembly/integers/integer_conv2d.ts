import { Flag, Input, Output, Scratch } from '../roles';
import { computeRows } from './compute_rows';
import { gatherRow } from './gather_row';
import { limitBytes } from './requantize';
import { clearBehind, expandedPanelBytes, expandPanels, packedPanelBytes, PANEL_HEAD, sumOfRow, TILE_ROWS } from './tile';

/** The bytes of expanded panels that stay in the second-level cache while all rows are multiplied. */
const GROUP_BYTES: i32 = 256 * 1024;

/** The bytes of the addresses of a tile's rows for one tap. */
const TAP_POINTERS: usize = 16;

// @ts-ignore: decorator
@inline
function groupsOf(channels: i32): i32 {
  return (channels + 3) >>> 2;
}

/** Returns the number of panels that are expanded at once. */
// @ts-ignore: decorator
@inline
function panelsPerGroup(groups: i32, panels: i32): i32 {
  return max(1, min(panels, GROUP_BYTES / <i32>expandedPanelBytes(groups)));
}

/** The bytes of the terms of a tile's rows. */
const TERMS: usize = 16;

/**
 * True if the taps of a row are copied to one place, since their channels do not fill groups of four. The filter is then
 * packed like one tap of all channels.
 */
// @ts-ignore: decorator
@inline
function isGathered(channels: i32, taps: i32): bool {
  return (channels & 3) != 0 && taps > 1;
}

/** Returns the bytes from one gathered row to the next. The bytes behind it may be overwritten. */
// @ts-ignore: decorator
@inline
function gatheredBytes(groups: i32): usize {
  return (<usize>groups << 2) + 16;
}

/** Returns the bytes of scratch that integer_conv2d needs: expanded panels, pointers, terms, and a pixel outside the image or gathered rows. */
export function integer_conv2d_scratch_bytes(channels: i32, outChannels: i32, filterHeight: i32, filterWidth: i32): usize {
  const taps = filterHeight * filterWidth;
  const gathered = isGathered(channels, taps);
  const groups = gathered ? groupsOf(channels * taps) : taps * groupsOf(channels);
  const expanded = <usize>panelsPerGroup(groups, (outChannels + 7) >>> 3) * expandedPanelBytes(groups);
  const pixels = gathered ? <usize>TILE_ROWS * gatheredBytes(groups) : <usize>groupsOf(channels) << 2;
  return expanded + TAP_POINTERS * <usize>taps + TERMS + pixels;
}

/**
 * Computes a 2-D convolution of signed bytes, and rounds its sums to signed bytes:
 * y = clamp(round((x * filter + bias) * scale) + zero, lower, upper). A group of four channels is read as a whole, so
 * that up to 15 bytes behind the image are read, but multiplied by 0. The other parameters are those of conv2d.
 *
 * @param x       [batch, height, width, channels] in int8
 * @param packed  the filter: see tile.ts and plan/fuse/integers/pack_integers.ts
 * @param weightZero the byte that stands for the weight 0. All others differ from it by at most 127
 * @param rowFactor what all weights are larger than their bytes say
 * @param head    8 biases in int32 and 8 scales in float32 for each panel
 * @param y       [batch, outHeight, outWidth, outChannels] in int8
 * @param outside the value of pixels outside the image
 * @param zero    what is added to the rounded results
 * @param lower   lower bound of the result, -128 or more
 * @param upper   upper bound of the result, 127 or less
 * @param fused   see has_fused_dot
 * @param scratch integer_conv2d_scratch_bytes bytes
 */
export function integer_conv2d(
  x: Input,
  packed: Input,
  weightZero: i32,
  rowFactor: i32,
  head: Input,
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
  outside: i32,
  zero: i32,
  lower: i32,
  upper: i32,
  fused: Flag,
  scratch: Scratch,
): void {
  const taps = filterHeight * filterWidth;
  const gathered = isGathered(channels, taps);
  const segments = gathered ? 1 : taps;
  const length = gathered ? taps * channels : channels;
  const groups = groupsOf(length);
  const lineBytes = <usize>(width * channels);
  const imageBytes = <usize>height * lineBytes;
  const panels = (outChannels + 7) >>> 3;
  const panelBytes = packedPanelBytes(segments * groups);
  const count = batch * outHeight * outWidth;
  // A single tile uses expanded panels once: they stay in the first-level cache while the next weights are read from memory.
  const group = count <= TILE_ROWS ? 1 : panelsPerGroup(segments * groups, panels);
  const pointers = scratch + <usize>group * expandedPanelBytes(segments * groups);
  const terms = pointers + TAP_POINTERS * <usize>taps;
  const pixelOutside = terms + TERMS;
  if (!gathered) for (let index = 0; index < groups << 2; index++) store<u8>(pixelOutside + index, <u8>outside);

  // Each row of the result belongs to a row of the image, as in a product of matrices.
  const isPointwise = taps == 1 && (strideY | strideX) == 1 && (padTop | padLeft) == 0 && outHeight == height && outWidth == width;
  for (let panel = 0; panel < panels; panel += group) {
    const panelsHere = min(group, panels - panel);
    expandPanels(packed + <usize>panel * panelBytes, panelsHere, segments * groups, weightZero, scratch);
    if ((length & 3) != 0) clearBehind(scratch, panelsHere * segments, groups, length & 3);
    const column = panel << 3;
    let image = x;
    let outY = 0;
    let outX = 0;
    for (let row = 0; row < count; ) {
      const here = min(TILE_ROWS, count - row);
      for (let index = 0; index < here; index++) {
        let pointer = pointers + (<usize>index << 2);
        if (isPointwise) {
          store<usize>(pointer, x + <usize>((row + index) * channels));
          continue;
        }
        let line = outY * strideY - padTop;
        if (gathered) {
          const target = pixelOutside + <usize>index * gatheredBytes(groups);
          gatherRow(image, target, line, outX * strideX - padLeft, height, width, channels, filterHeight, filterWidth, dilationY, dilationX, outside);
          store<usize>(pointer, target);
        }
        for (let filterY = gathered ? filterHeight : 0; filterY < filterHeight; filterY++) {
          const start = image + <usize>line * lineBytes;
          const lineInside = line >= 0 && line < height;
          let pixel = outX * strideX - padLeft;
          for (let filterX = 0; filterX < filterWidth; filterX++) {
            const inside = lineInside && pixel >= 0 && pixel < width;
            store<usize>(pointer, inside ? start + <usize>(pixel * channels) : pixelOutside);
            pointer += TAP_POINTERS;
            pixel += dilationX;
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
      if (rowFactor != 0) {
        for (let index = 0; index < here; index++) {
          const at = <usize>index << 2;
          store<i32>(terms + at, rowFactor * sumOfRow(pointers + at, segments, length));
        }
      }
      computeRows(fused != 0, here, pointers, segments, groups, scratch, head + <usize>panel * PANEL_HEAD, panelsHere, rowFactor != 0 ? terms : 0, y + <usize>(row * outChannels + column), outChannels, outChannels - column, zero);
      row += here;
    }
  }
  limitBytes(y, count * outChannels, lower, upper);
}
