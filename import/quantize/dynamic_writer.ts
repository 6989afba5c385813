import {
  LARGEST_CODE,
  LEAST_MAGNITUDE,
  mostMagnitudes,
  STORED_CODES,
} from '../../worker/model/dynamic_quantization.ts';
import type { NodeAttribute } from '../graph/graph.ts';
import { integersWeight } from '../simplify/channels_last/layouts.ts';
import { derivedWeight } from '../simplify/fold/derived_weight.ts';
import type { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { columnCodes, type Matrix } from './column_codes.ts';
import { FLOAT, replaceByScaled } from './fused_parts.ts';
import type { ProductOfRows } from './read_product.ts';

const INTEGERS: NodeAttribute = { type: 'DT_INT32' };

/** The rows of a tensor, quantized: the tensors of their codes and of their magnitudes. */
interface Rows {
  readonly codes: string;
  readonly magnitudes: string;
}

/** The constants of a matrix: the names of its codes and of the scales of its columns. */
interface Columns {
  readonly codes: string;
  readonly scales: string;
}

/** Replaces products by those of quantized rows: see dynamic_products.ts. */
export class DynamicWriter {
  readonly #rewrite: GraphRewrite;
  readonly #rows = new Map<string, Rows>();
  readonly #columns = new Map<string, Columns | undefined>();

  constructor(rewrite: GraphRewrite) {
    this.#rewrite = rewrite;
  }

  /** @returns false if the values of the matrix cannot be quantized */
  async write(product: ProductOfRows): Promise<boolean> {
    const columns = await this.#quantizedColumns(product);
    if (columns === undefined) return false;
    const { name, op, attr } = product;
    const rows = this.#quantizedRows(product.x, product.rowDimensions);
    const sums = this.#add(`${name}/sums`, op, [rows.codes, columns.codes], attr);
    const magnitudes = this.#withDimensions(`${name}/magnitudes`, rows.magnitudes, product);
    const scaled = this.#add(`${name}/of_rows`, 'Mul', [sums, magnitudes]);
    replaceByScaled(this.#rewrite, name, { product: scaled, scales: columns.scales }, product);
    return true;
  }

  /** @param dimensions the number of last dimensions that are a row */
  #quantizedRows(x: string, dimensions: number): Rows {
    const key = `${x} ${dimensions}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const name = `${x.replaceAll(':', '_')}/quantized`;
    const axes = Array.from({ length: dimensions }, (_, index) => index - dimensions);
    const sizes = this.#add(`${name}/sizes`, 'Abs', [x]);
    const largest = this.#add(`${name}/largest`, 'Max', [sizes, this.#integers(`${name}/axes`, axes)], {
      Tidx: INTEGERS,
      keep_dims: { b: true },
    });
    const least = this.#number(`${name}/least`, LEAST_MAGNITUDE);
    const magnitudes = this.#add(`${name}/magnitudes`, 'Maximum', [largest, least]);
    const most = this.#number(`${name}/most`, LARGEST_CODE);
    const factors = this.#add(`${name}/factors`, 'RealDiv', [most, magnitudes]);
    const scaled = this.#add(`${name}/scaled`, 'Mul', [x, factors]);
    const rows = { codes: this.#add(`${name}/codes`, 'Round', [scaled]), magnitudes };
    this.#rows.set(key, rows);
    return rows;
  }

  /** Gives the magnitudes of rows as many last dimensions of size one as the result has columns. */
  #withDimensions(
    name: string,
    magnitudes: string,
    { rowDimensions, columnDimensions }: ProductOfRows,
  ): string {
    let result = magnitudes;
    for (let count = rowDimensions; count < columnDimensions; count++)
      result = this.#add(name, 'ExpandDims', [result, this.#integers(`${name}/axis`, [-1], [])], {
        Tdim: INTEGERS,
      });
    for (let count = rowDimensions; count > columnDimensions; count--)
      result = this.#add(name, 'Squeeze', [result], { squeeze_dims: { list: { i: ['-1'] } } });
    return result;
  }

  async #quantizedColumns({ tensor, matrix, columnDimensions }: ProductOfRows): Promise<Columns | undefined> {
    const key = `${tensor} ${matrix.transposed} ${columnDimensions}`;
    if (!this.#columns.has(key))
      this.#columns.set(key, await this.#writeColumns(tensor, matrix, columnDimensions));
    return this.#columns.get(key);
  }

  async #writeColumns(
    tensor: string,
    matrix: Matrix,
    columnDimensions: number,
  ): Promise<Columns | undefined> {
    const quantized = await columnCodes(matrix, mostMagnitudes(LARGEST_CODE), STORED_CODES.min);
    if (quantized === undefined) return undefined;
    // Codes of activations are 127 times too large for their magnitudes.
    const scales = quantized.scales.map((scale) => scale / LARGEST_CODE);
    const shape = columnDimensions === 1 ? [matrix.columns] : matrix.weight.shape.slice(-columnDimensions);
    return {
      codes: this.#rewrite.addConstant(`${tensor}/codes`, quantized.codes),
      scales: this.#rewrite.addConstant(
        `${tensor}/scales`,
        derivedWeight(shape, [], (result) => result.set(scales)),
      ),
    };
  }

  #number(name: string, value: number): string {
    return this.#rewrite.addConstant(
      name,
      derivedWeight([], [], (result) => result.fill(value)),
    );
  }

  #integers(name: string, values: readonly number[], shape?: readonly number[]): string {
    return this.#rewrite.addConstant(name, integersWeight(values, shape));
  }

  #add(
    name: string,
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, NodeAttribute>> = {},
  ): string {
    return this.#rewrite.addNode({ name, op, input, attr: { T: FLOAT, ...attr } });
  }
}
