import type { GraphNode } from '../../graph/graph.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import type { KnownShapes } from '../shapes/known_shapes.ts';

/** What a transpose turns into channels first: dimension i of its result is dimension order[i] of the source. */
export interface Turned {
  readonly source: string;
  readonly order: readonly number[];
}

/** A node that reads what a transpose gives. */
export interface Reader {
  readonly rewrite: GraphRewrite;
  readonly shapes: KnownShapes;
  readonly node: GraphNode;
  /** For each input. */
  readonly turned: readonly (Turned | undefined)[];
  readonly order: readonly number[];
}

/** The operation on what was before the transpose. */
export interface Moved {
  readonly input: readonly string[];
  readonly attr?: GraphNode['attr'];
  /** How the result has to be transposed; `kept` if it is as it was. */
  readonly order: readonly number[] | 'kept';
}
