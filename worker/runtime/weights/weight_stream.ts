import { keep, type Tensor } from '@tensorflow/tfjs-core';
import type { WeightGroup, WeightSpec } from '../../model/model_json.ts';
import type { WeightSink } from './weight_sink.ts';

export interface WeightFiles {
  /** Opens a file of the model by its path. The bytes arrive in pieces of any size. */
  readonly open: (path: string) => AsyncIterable<Uint8Array>;
  /** Registers a function that frees the memory of an abandoned load, which never settles. */
  readonly onAbandon: (cleanup: () => void) => void;
}

type CreateSink = (spec: WeightSpec) => WeightSink;

/**
 * Streams all weights into the WebAssembly heap, one after the other, and passes each on when it is complete. In
 * addition to the weights, only one string or one piece of a file is in memory at a time.
 *
 * @throws if a group's files have fewer or more bytes than its weights need. The receiver must then dispose of the
 *   weights that it has received
 */
export async function streamWeights(
  createSink: CreateSink,
  groups: readonly WeightGroup[],
  files: WeightFiles,
  receive: (spec: WeightSpec, weight: Tensor) => void,
): Promise<void> {
  for (const group of groups) {
    await streamGroup(createSink, group, files, receive);
  }
}

async function streamGroup(
  createSink: CreateSink,
  group: WeightGroup,
  files: WeightFiles,
  receive: (spec: WeightSpec, weight: Tensor) => void,
): Promise<void> {
  const specs = group.weights[Symbol.iterator]();
  let spec: WeightSpec | undefined;
  let sink: WeightSink | undefined;
  files.onAbandon(() => sink?.abandon());
  // Passes on every weight that needs no further bytes, including empty ones, and opens the next.
  const advance = (): void => {
    while (sink === undefined || sink.complete) {
      if (sink !== undefined && spec !== undefined) {
        const weight = keep(sink.finish());
        sink = undefined;
        receive(spec, weight);
      }
      const next = specs.next();
      if (next.done) {
        spec = undefined;
        sink = undefined;
        return;
      }
      spec = next.value;
      sink = createSink(spec);
    }
  };
  try {
    advance();
    for (const path of group.paths) {
      for await (const piece of files.open(path)) {
        let taken = 0;
        while (taken < piece.length) {
          if (sink === undefined) throw new Error(`${path} has bytes that no weight needs`);
          taken += sink.write(piece.subarray(taken));
          advance();
        }
      }
    }
    if (spec !== undefined) throw new Error(`the files end before weight ${spec.name} is whole`);
  } catch (error) {
    sink?.abandon();
    throw error;
  }
}
