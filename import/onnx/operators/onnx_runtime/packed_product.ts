import { BYTES_PER_ELEMENT } from '../../../../worker/model/dtype.ts';
import { add } from '../../../builder/elementwise.ts';
import type { Weight } from '../../../graph/graph.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { matrixProduct } from '../networks/products.ts';

interface Packing {
  readonly bits: number;
  /** So many numbers along a column have one scale. */
  readonly block: number;
  readonly rows: number;
  readonly columns: number;
}

/** A product with a matrix of few bits, which is unpacked when the model is published. */
const matMulNBits: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [x, packed, scales] = [input(call, 0), input(call, 1), input(call, 2)];
  const [zeros, groups, bias] = [inputs[3], inputs[4], inputs[5]];
  attributes.ignore('accuracy_level');
  if (groups !== undefined) refuse('has its rows in groups (g_idx), which are not computed');
  const packing: Packing = {
    bits: attributes.integer('bits', 4),
    block: attributes.integer('block_size', 32),
    rows: attributes.integer('K') ?? refuse('has no K'),
    columns: attributes.integer('N') ?? refuse('has no N'),
  };
  if (packing.bits !== 4 && packing.bits !== 8)
    refuse(`has numbers of ${packing.bits} bits, which are not read`);
  const matrix = g.constant('matrix', unpacked(call, packing, packed, scales, zeros));
  const product = matrixProduct(g, x, matrix);
  return typed(bias === undefined ? product : add(g, product, bias), x.type);
};

function stored({ g }: OperatorCall, x: OnnxTensor): Weight {
  return g.weights.get(x.ref) ?? refuse('has a packed matrix that is not a constant');
}

/** [rows, columns] of float32. Each column is packed by itself, in whole blocks. */
function unpacked(
  call: OperatorCall,
  { bits, block, rows, columns }: Packing,
  packed: OnnxTensor,
  scales: OnnxTensor,
  zeros: OnnxTensor | undefined,
): Weight {
  const blocks = Math.ceil(rows / block);
  const perByte = 8 / bits;
  const [bytes, factors] = [stored(call, packed), stored(call, scales)];
  const offsets = zeros === undefined ? undefined : stored(call, zeros);
  const areFloats = offsets?.dtype === 'float32';
  const count = (weight: Weight) => weight.byteLength / BYTES_PER_ELEMENT.int32;
  if (count(bytes) !== (columns * blocks * block) / perByte || count(factors) !== columns * blocks)
    refuse(`has a matrix or scales that are not of ${rows} rows and ${columns} columns`);
  const zeroBytes = areFloats ? blocks : Math.ceil(blocks / perByte);
  if (offsets !== undefined && count(offsets) !== columns * zeroBytes)
    refuse('has zero points that do not fit its blocks');
  return {
    dtype: 'float32',
    shape: [rows, columns],
    byteLength: rows * columns * BYTES_PER_ELEMENT.float32,
    async read() {
      const numbers = integersOf(await bytes.read());
      const ofBlocks = new Float32Array(copyOf(await factors.read()));
      const ofZeros = offsets === undefined ? undefined : await offsets.read();
      const zeroOf = zeroReader(ofZeros, areFloats, { bits, blocks });
      const result = new Float32Array(rows * columns);
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) {
          const number = field(numbers, column * blocks * block + row, bits);
          const own = column * blocks + Math.floor(row / block);
          result[row * columns + column] =
            (number - zeroOf(column, Math.floor(row / block))) * (ofBlocks[own] ?? 0);
        }
      }
      return new Uint8Array(result.buffer);
    },
  };
}

type ReadZero = (column: number, block: number) => number;

/** The zero of each block: the middle of the range where nothing says so. */
function zeroReader(
  bytes: Uint8Array | undefined,
  areFloats: boolean,
  { bits, blocks }: { readonly bits: number; readonly blocks: number },
): ReadZero {
  if (bytes === undefined) return () => 2 ** (bits - 1);
  if (areFloats) {
    const floats = new Float32Array(copyOf(bytes));
    return (column, block) => floats[column * blocks + block] ?? 0;
  }
  const numbers = integersOf(bytes);
  const perColumn = Math.ceil((blocks * bits) / 8) * (8 / bits);
  return (column, block) => field(numbers, column * perColumn + block, bits);
}

/** A number of few bits in bytes, of which each is an int32. The first is in the lowest bits. */
function field(bytes: Int32Array, index: number, bits: number): number {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(index / perByte)] ?? 0;
  return (byte >> ((index % perByte) * bits)) & (2 ** bits - 1);
}

const copyOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const integersOf = (bytes: Uint8Array): Int32Array => new Int32Array(copyOf(bytes));

export const PACKED_PRODUCTS: OperatorTable = { MatMulNBits: matMulNBits };
