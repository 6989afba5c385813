import * as v from 'valibot';
import { bundleWorker } from '../engines/bundle_worker.ts';
import { type Stage, startStage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import { nest } from '../runs/nested_values.ts';
import type { Settings } from '../settings.ts';
import { type Summary, summarize } from '../statistics.ts';
import { warmUp } from './load/warm_up.ts';
import { comparable, inTimedRounds, type Rounds, type TimedRounds } from './rounds.ts';

/** The names of the two codecs in the figures. */
export const CODEC = { ours: 'edge-serving', platform: 'JSON.parse and JSON.stringify' } as const;

const WORKER = 'json-codec';
/** Their names in the Worker. */
const CODECS = { ours: CODEC.ours, platform: CODEC.platform } as const;
const DIRECTIONS = ['decode', 'encode'] as const;
type Codec = keyof typeof CODECS;
type Direction = (typeof DIRECTIONS)[number];

/** One tensor through JSON, by codec. */
export interface CodecFigures {
  readonly shape: readonly number[];
  readonly decode: DirectionFigures;
  readonly encode: DirectionFigures;
  /** Milliseconds of decoding and encoding in the same round. */
  readonly both: Rounds;
}

export interface DirectionFigures {
  /** The size of the text. Both codecs read the same text; they write the same values with different digits. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Per tensor. */
  readonly milliseconds: TimedRounds;
  readonly bytesPerSecond: ReadonlyMap<string, Summary>;
}

/** Decoding and encoding a network's input as TensorFlow Serving's JSON, from bytes to values and back, in a Worker. */
export async function measureCodec(network: Network, settings: Settings): Promise<CodecFigures> {
  const stage = await startStage(network, [{ name: WORKER, modules: await bundleWorker('json_codec') }]);
  try {
    return await measureOn(stage, network.input, settings);
  } finally {
    await stage.stop();
  }
}

async function measureOn(
  stage: Stage,
  { shape, values }: Network['input'],
  settings: Settings,
): Promise<CodecFigures> {
  const address = stage.url(WORKER);
  // With the digits of a double, as clients without a float32 type write float32 values.
  const body = new TextEncoder().encode(JSON.stringify({ instances: nest(values, shape) }));
  await put(address, shape, body);
  const written = new Map<string, number>();
  for (const [codec, name] of entriesOf(CODECS)) {
    written.set(name, await checkCodec(address, codec, shape, body, values));
  }
  await put(address, shape, body);

  const subjects = new Map<string, { url: URL; runs: number; processId: number | undefined }>();
  for (const [codec, name] of entriesOf(CODECS)) {
    for (const direction of DIRECTIONS) {
      const url = urlOf(address, codec, direction);
      const runs = await warmUp((runs) => timeOf(url, runs), settings);
      subjects.set(`${direction} ${name}`, { url, runs, processId: stage.processId });
    }
  }
  const timed = await inTimedRounds(subjects, settings.computeRounds, async ({ url, runs }) => {
    return { figure: (await timeOf(url, runs)) / runs, of: (processorMs) => processorMs / runs };
  });

  const names = Object.values(CODECS);
  const directionOf = (direction: Direction, bytes: ReadonlyMap<string, number>): DirectionFigures => {
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

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}

function urlOf(address: URL, codec: Codec, direction: Direction): URL {
  return new URL(`/?codec=${codec}&direction=${direction}`, address);
}

async function put(address: URL, shape: readonly number[], body: Uint8Array<ArrayBuffer>): Promise<void> {
  await ask(new URL(`/?shape=${shape}`, address), 'PUT', body);
}

const TimeSchema = v.object({ milliseconds: v.number() });

async function timeOf(url: URL, runs: number): Promise<number> {
  const response = await ask(new URL(`${url}&runs=${runs}`), 'POST');
  return v.parse(TimeSchema, await response.json()).milliseconds;
}

async function ask(url: URL, method: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
  const response = await fetch(url, { method, ...(body && { body }) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

/**
 * Checks that every value is unchanged in both directions. A codec that loses digits cannot be compared.
 *
 * @returns bytes of what it writes
 */
async function checkCodec(
  address: URL,
  codec: Codec,
  shape: readonly number[],
  body: Uint8Array<ArrayBuffer>,
  values: Float32Array,
): Promise<number> {
  const answer = await (await ask(urlOf(address, codec, 'encode'), 'POST')).text();
  const again = new TextEncoder().encode(answer.replace('"predictions"', '"instances"'));
  for (const text of [body, again]) {
    await put(address, shape, text);
    const response = await ask(urlOf(address, codec, 'decode'), 'POST');
    const decoded = new Float32Array(await response.arrayBuffer());
    const isSame =
      decoded.length === values.length && decoded.every((value, index) => value === values[index]);
    if (!isSame) throw new Error(`${CODECS[codec]}: other values came through JSON`);
  }
  return new TextEncoder().encode(answer).length;
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
