import { keep, type Tensor } from '@tensorflow/tfjs-core';
import type { WeightGroup, WeightSpec } from '../../model/model_json.ts';
import type { WeightSink } from './weight_sink.ts';

export interface WeightFiles {
  /** Opens a file of the model by its path. The bytes come in pieces of any size. */
  readonly open: (path: string) => AsyncIterable<Uint8Array>;
  /** Registers what frees the memory allocated so far, for a load that is dropped and never settles. */
  readonly onAbandon: (cleanup: () => void) => void;
}

type CreateSink = (spec: WeightSpec) => WeightSink;

/**
 * Streams all weights into the wasm heap, one after the other, and hands each over when it is whole. At no
 * time is more in memory than the weights, one string or piece of a file besides.
 *
 * @throws if a group's files hold fewer or more bytes than its weights need. Weights handed over by then are
 * the receiver's to dispose.
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
  // Hands over every weight that needs no further bytes, empty ones too, and opens the next.
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
