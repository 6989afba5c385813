import { computeRows, rowsOfTile } from '../product/compute_rows';
import { NO_RESIDUAL } from '../product/tile';
import { Input, Output, Scratch } from '../roles';
import { paddedColumns, putTogether, transformImage } from './winograd_transforms';

/** The tiles that are multiplied before their results are combined. Their products stay in the cache. */
const BLOCK: i32 = 24;
/** The bytes of packed panels that stay in the cache while the tiles of a block are multiplied. */
const GROUP_BYTES: i32 = 256 * 1024;

/**
 * Returns the bytes of scratch that winograd_conv2d needs: pointers, zeros, the transformed image, and the products of
 * a block. Only a result beyond 2^31 tells that a padded image is too large once it is transformed.
 */
export function winograd_scratch_bytes(
  height: i32,
  channels: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
): f64 {
  const tiles = (outWidth + 3) >>> 2;
  const transformed = 6 * <f64>height * <f64>tiles * <f64>channels;
  const products = <f64>(6 * BLOCK) * <f64>paddedColumns(outChannels);
  return 24 * <f64>filterHeight + 4 * (<f64>channels + transformed + products);
}

/**
 * Computes a 2-D convolution with a filter of width 3 and stride 1: y = clamp(x * filter + bias + residual, lower,
 * upper). Four adjacent results need six products of transformed inputs and weights instead of twelve (Winograd's F(4,
 * 3), along the rows only; Lavin and Gray 2015).
 *
 * @param x        [batch, height, width, channels] in float32
 * @param packed   the result of winograd_weights: six packed matrices [filterHeight * channels, outChannels]
 * @param bias     [outChannels] in float32, or 0
 * @param residual [batch, outHeight, outWidth, outChannels] in float32, or 0
 * @param y        [batch, outHeight, outWidth, outChannels] in float32
 * @param scratch  winograd_scratch_bytes bytes
 */
export function winograd_conv2d(
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
  dilationY: i32,
  padTop: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  const tilesPerRow = (outWidth + 3) >>> 2;
  const tileBytes = <usize>channels << 2;
  const lineBytes = <usize>tilesPerRow * tileBytes;
  const planeBytes = <usize>height * lineBytes;
  const pointers = scratch;
  const zeros = pointers + 24 * <usize>filterHeight;
  const transformed = zeros + tileBytes;
  const products = transformed + 6 * planeBytes;
  memory.fill(zeros, 0, tileBytes);

  const k = filterHeight * channels;
  const columns = paddedColumns(outChannels);
  const panels = columns >>> 3;
  const panelBytes = <usize>k << 5;
  const group = max(1, GROUP_BYTES / <i32>panelBytes);
  const productRow = <usize>columns << 2;
  const productPlane = <usize>BLOCK * productRow;
  const tiles = outHeight * tilesPerRow;

  for (let image = 0; image < batch; image++) {
    transformImage(x, transformed, zeros, height, width, channels, tilesPerRow, padLeft, planeBytes);
    for (let block = 0; block < tiles; block += BLOCK) {
      const inBlock = min(BLOCK, tiles - block);
      for (let point = 0; point < 6; point++) {
        const plane = transformed + <usize>point * planeBytes;
        const matrix = packed + <usize>point * <usize>panels * panelBytes;
        for (let panel = 0; panel < panels; panel += group) {
          const count = min(group, panels - panel);
          for (let tile = 0; tile < inBlock; ) {
            const here = rowsOfTile(inBlock - tile);
            for (let index = 0; index < here; index++) {
              const at = block + tile + index;
              const outY = at / tilesPerRow;
              const offset = <usize>(at - outY * tilesPerRow) * tileBytes;
              let line = outY - padTop;
              let pointer = pointers + (<usize>index << 2);
              for (let filterY = 0; filterY < filterHeight; filterY++) {
                const inside = line >= 0 && line < height;
                store<usize>(pointer, inside ? plane + <usize>line * lineBytes + offset : zeros);
                line += dilationY;
                pointer += 24;
              }
            }
            const to = products + <usize>point * productPlane + <usize>tile * productRow + (<usize>panel << 5);
            computeRows(here, pointers, filterHeight, channels, matrix + <usize>panel * panelBytes, count, 0, to, productRow, count << 3, NO_RESIDUAL, -Infinity, Infinity);
            tile += here;
          }
        }
      }
      for (let tile = 0; tile < inBlock; tile++) {
        const outY = (block + tile) / tilesPerRow;
        const outX = (block + tile - outY * tilesPerRow) << 2;
        const pixel = <usize>((image * outHeight + outY) * outWidth + outX) * (<usize>outChannels << 2);
        const added: usize = residual != 0 ? residual + pixel : 0;
        putTogether(products + <usize>tile * productRow, productPlane, bias, added, y + pixel, outChannels, min(4, outWidth - outX), lower, upper);
      }
    }
    x += <usize>height * <usize>width * tileBytes;
  }
}
