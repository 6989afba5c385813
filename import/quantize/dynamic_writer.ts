import { LARGEST_CODE, LEAST_MAGNITUDE } from '../../worker/model/dynamic_quantization.ts';
import type { GraphNode, NodeAttribute } from '../graph/graph.ts';
import { integersWeight } from '../simplify/channels_last/layouts.ts';
import { derivedWeight } from '../simplify/fold/derived_weight.ts';
import type { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { columnCodes, type Matrix } from './column_codes.ts';
import type { Product } from './read_product.ts';

const FLOAT: NodeAttribute = { type: 'DT_FLOAT' };
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
  async write(product: Product): Promise<boolean> {
    const columns = await this.#quantizedColumns(product);
    if (columns === undefined) return false;
    const { name, op, attr, bias, activation } = product;
    const rows = this.#quantizedRows(product.x, product.rowDimensions);
    const sums = this.#add(`${name}/sums`, op, [rows.codes, columns.codes], attr);
    const magnitudes = this.#withDimensions(`${name}/magnitudes`, rows.magnitudes, product);
    const scaled = this.#add(`${name}/of_rows`, 'Mul', [sums, magnitudes]);
    const parts: Omit<GraphNode, 'name'>[] = [{ op: 'Mul', input: [scaled, columns.scales], attr: {} }];
    if (bias !== undefined) parts.push({ op: 'AddV2', input: [bias], attr: {} });
    if (activation !== undefined)
      parts.push({ op: activation.op, input: activation.inputs, attr: activation.attr });
    let result: string | undefined;
    for (const [index, part] of parts.entries()) {
      const input = result === undefined ? part.input : [result, ...part.input];
      // The last node has the name by which others know the product.
      if (index === parts.length - 1)
        this.#rewrite.replace({ name, op: part.op, input, attr: { T: FLOAT, ...part.attr } });
      else result = this.#add(`${name}/part_${index}`, part.op, input, part.attr);
    }
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
  #withDimensions(name: string, magnitudes: string, { rowDimensions, columnDimensions }: Product): string {
    let result = magnitudes;
    for (let count = rowDimensions; count < columnDimensions; count++)
      result = this.#add(name, 'ExpandDims', [result, this.#integers(`${name}/axis`, [-1], [])], {
        Tdim: INTEGERS,
      });
    for (let count = rowDimensions; count > columnDimensions; count--)
      result = this.#add(name, 'Squeeze', [result], { squeeze_dims: { list: { i: ['-1'] } } });
    return result;
  }

  async #quantizedColumns({ tensor, matrix, columnDimensions }: Product): Promise<Columns | undefined> {
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
    const quantized = await columnCodes(matrix);
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
