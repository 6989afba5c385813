import type { NetworkInput } from '../networks/network.ts';
import type { Settings } from '../settings.ts';
import { type JsonCodec, ourCodec, platformCodec } from '../shared/json_codecs.ts';
import { nest } from '../shared/nested_values.ts';
import { type Summary, summarize } from '../statistics.ts';
import { comparable, inTimedRounds, type Rounds, type TimedRounds } from './rounds.ts';

/** The names of the two ways, as the figures have them. */
export const CODEC = { ours: 'edge-serving', platform: 'JSON.parse and JSON.stringify' } as const;

/** One tensor through JSON, by codec. */
export interface CodecFigures {
  readonly shape: readonly number[];
  readonly decode: DirectionFigures;
  readonly encode: DirectionFigures;
  /** Milliseconds of decoding and encoding in the same round. */
  readonly both: Rounds;
}

export interface DirectionFigures {
  /** Of the text that is read or written: the same text is read, the same values are written with other digits. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Per tensor. */
  readonly milliseconds: TimedRounds;
  readonly bytesPerSecond: ReadonlyMap<string, Summary>;
}

interface Subject {
  readonly run: () => unknown;
  readonly runs: number;
  readonly processId: number;
}

/**
 * Decoding and encoding a tensor as TensorFlow Serving's JSON, from bytes to values and from values to bytes, in
 * this process: it is pure code, and V8 the same in Node as in a Worker.
 */
export async function measureCodec(
  { shape, values }: Pick<NetworkInput, 'shape' | 'values'>,
  { computeRounds, computeMs, warmupMs }: Settings,
): Promise<CodecFigures> {
  // As clients write float32 values that have no float32 themselves: with the digits of a double.
  const body = new TextEncoder().encode(JSON.stringify({ instances: nest(values, shape) }));
  const codecs = new Map<string, JsonCodec>([
    [CODEC.ours, ourCodec(shape)],
    [CODEC.platform, platformCodec(shape)],
  ]);
  const written = new Map<string, number>();
  const subjects = new Map<string, Subject>();
  for (const [name, codec] of codecs) {
    checkCodec(name, codec, body, values);
    written.set(name, codec.encode(values).length);
    const directions = { decode: () => codec.decode(body), encode: () => codec.encode(values) };
    for (const [direction, run] of Object.entries(directions)) {
      const runs = calibrate(run, { computeMs, warmupMs });
      subjects.set(`${direction} ${name}`, { run, runs, processId: process.pid });
    }
  }
  const timed = await inTimedRounds(subjects, computeRounds, async ({ run, runs }) => {
    return { figure: timeOf(run, runs) / runs, of: (processorMs) => processorMs / runs };
  });

  const names = [...codecs.keys()];
  const directionOf = (direction: 'decode' | 'encode', bytes: ReadonlyMap<string, number>) => {
    const only = (rounds: Rounds): Rounds =>
      new Map(names.map((name) => [name, rounds.get(`${direction} ${name}`) ?? []]));
    const { wall, processor } = timed;
    const milliseconds = { wall: only(wall), ...(processor && { processor: only(processor) }) };
    return { bytes, milliseconds, bytesPerSecond: rates(comparable(milliseconds), bytes) };
  };
  const decode = directionOf('decode', new Map(names.map((name) => [name, body.length])));
  const encode = directionOf('encode', written);
  return {
    shape,
    decode,
    encode,
    both: sums(comparable(decode.milliseconds), comparable(encode.milliseconds)),
  };
}

/** Every value must come through both ways: a codec that loses digits would be no match. */
function checkCodec(name: string, codec: JsonCodec, body: Uint8Array, values: Float32Array): void {
  const answer = new TextDecoder().decode(codec.encode(values));
  const again = new TextEncoder().encode(answer.replace('"predictions"', '"instances"'));
  for (const decoded of [codec.decode(body), codec.decode(again)]) {
    const isSame =
      decoded.length === values.length && decoded.every((value, index) => value === values[index]);
    if (!isSame) throw new Error(`${name}: other values came through JSON`);
  }
}

/** How many runs take as long as asked for, found out while the code is compiled. */
function calibrate(
  run: () => unknown,
  { computeMs, warmupMs }: Pick<Settings, 'computeMs' | 'warmupMs'>,
): number {
  const began = performance.now();
  let last = timeOf(run, 1);
  while (performance.now() - began < warmupMs) last = timeOf(run, 1);
  return Math.max(1, Math.round(computeMs / Math.max(last, 0.001)));
}

function timeOf(run: () => unknown, runs: number): number {
  const began = performance.now();
  for (let index = 0; index < runs; index++) run();
  return performance.now() - began;
}

function rates(milliseconds: Rounds, bytes: ReadonlyMap<string, number>): Map<string, Summary> {
  return new Map(
    [...milliseconds].map(([name, rounds]) => {
      const perSecond = 1000 * (bytes.get(name) ?? 0);
      return [name, summarize(rounds.map((each) => perSecond / each))];
    }),
  );
}

function sums(left: Rounds, right: Rounds): Rounds {
  return new Map(
    [...left].map(([name, rounds]) => {
      const others = right.get(name) ?? [];
      return [name, rounds.map((each, round) => each + (others[round] ?? Number.NaN))];
    }),
  );
}
