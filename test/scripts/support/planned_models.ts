import { writeGraph } from '../../shared/write_graph.ts';

const integer = { T: { type: 'DT_INT32' } };
const float = { T: { type: 'DT_FLOAT' } };

/** The squares of two integers. */
export const squares = () =>
  writeGraph(
    [{ name: 'x', dtype: 'DT_INT32', shape: [2] }],
    [{ name: 'y', op: 'Mul', input: ['x', 'x'], attr: integer }],
    [{ name: 'y', dtype: 'DT_INT32', shape: [2] }],
  );

/** As often as another input says: its shape depends on values. */
export const repeated = () =>
  writeGraph(
    [
      { name: 'x', dtype: 'DT_FLOAT', shape: [3] },
      { name: 'times', dtype: 'DT_INT32', shape: [1] },
    ],
    [
      { name: 'positive', op: 'Abs', input: ['times'], attr: integer },
      { name: 'y', op: 'Tile', input: ['x', 'positive'], attr: { ...float, Tmultiples: integer.T } },
    ],
    [{ name: 'y', dtype: 'DT_FLOAT', shape: [-1] }],
  );

/** Twice x, of which only the number of dimensions is known: no request can be made of its signature. */
export const unknownSizes = () =>
  writeGraph(
    [{ name: 'x', dtype: 'DT_FLOAT', shape: [-1, -1] }],
    [{ name: 'y', op: 'AddV2', input: ['x', 'x'], attr: float }],
    [{ name: 'y', dtype: 'DT_FLOAT', shape: [-1, -1] }],
  );
