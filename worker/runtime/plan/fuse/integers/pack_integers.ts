import { PANEL } from '../../../kernels/packing/packed_matrix.ts';
import type { IntegerSums } from './integer_sums.ts';
import type { IntegerView } from './integer_view.ts';
import type { ProductOperands } from './product_operands.ts';

/** The weights of an output channel that lie together, in 32 bits. */
const QUAD = 4;
/** The channels of a block of a depthwise filter: see assembly/integers/integer_depthwise.ts. */
const BLOCK = 16;

/**
 * Arranges weights, biases and scales for the kernels in assembly/integers/.
 *
 * @param offset of the product's input: the kernels multiply bytes, so that the biases include the rest
 */
export function packIntegers(
  product: Pick<ProductOperands, 'kind' | 'window' | 'outChannels'>,
  { weights, biases }: IntegerSums,
  { offset }: Pick<IntegerView, 'offset'>,
  scaleAt: (outChannel: number) => number,
): Uint8Array {
  const { kind, window, outChannels } = product;
  const depthwise = kind === 'depthwise';
  // The weights of an output channel in lines: the channels of each tap, or each column of the one channel's filter.
  const { filterHeight, filterWidth, channels } = window;
  const [lines, length] = depthwise ? [filterWidth, filterHeight] : [filterHeight * filterWidth, channels];
  const width = depthwise ? BLOCK : PANEL;
  const quads = Math.ceil(length / QUAD);
  const head = 2 * 4 * width;
  const panelBytes = head + lines * quads * QUAD * width;
  const bytes = new Uint8Array(Math.ceil(outChannels / width) * panelBytes);
  const view = new DataView(bytes.buffer);
  for (let column = 0; column < outChannels; column++) {
    const panel = Math.floor(column / width) * panelBytes;
    const position = column % width;
    let bias = biases[column] ?? 0;
    for (let line = 0; line < lines; line++) {
      for (let index = 0; index < length; index++) {
        const place = depthwise ? index * lines + line : line * length + index;
        const weight = weights[column * lines * length + place] ?? 0;
        const quad = line * quads + Math.floor(index / QUAD);
        view.setInt8(panel + head + (quad * width + position) * QUAD + (index % QUAD), weight);
        bias += weight * offset + Math.max(0, -weight);
      }
    }
    view.setInt32(panel + 4 * position, bias, true);
    view.setFloat32(panel + 4 * (width + position), scaleAt(column), true);
  }
  return bytes;
}
