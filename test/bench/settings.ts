/** The extent of the measurements. Times are in milliseconds. */
export interface Settings {
  readonly name: 'quick' | 'full';
  /** The networks for which each figure is measured. Compute is measured for all. */
  readonly figures: Readonly<Record<Figure, readonly string[] | 'all'>>;
  /** The number of rounds over HTTP. */
  readonly rounds: number;
  /** The number of compute rounds, and the time of one engine in one round. Many short rounds reduce noise. */
  readonly computeRounds: number;
  readonly computeMs: number;
  /** The minimum warmup before the first round. It is longer while the engine still becomes faster. */
  readonly warmupMs: number;
  /** The time of one engine over HTTP in one round, per number of clients. */
  readonly loadMs: number;
  /** The maximum time of one engine in one round. Numbers of clients that would exceed it are omitted. */
  readonly longestLoadMs: number;
  /** The number of predictions before the heap is measured; fewer if they exceed the time limit. */
  readonly predictions: number;
  readonly predictionsMs: number;
  /** The time of the isolates with buckets at each distance in one round. */
  readonly farBucketMs: number;
  readonly coldStarts: number;
  /** Publishes with a rollback after each, by network; those that it does not name have as many as `others`. */
  readonly flips: { readonly others: number; readonly [network: string]: number };
  /** Promotions of staged versions with a rollback after each. */
  readonly stagedFlips: number;
  readonly startups: number;
  /** Loads and unloads. */
  readonly cycles: number;
}

/** Figures that take long enough to be left out of a quick run. */
export const FIGURES = [
  'serving',
  'binaryServing',
  'servingLayer',
  'serviceBinding',
  'heap',
  'flips',
  'farBuckets',
  'coldStart',
  'cycles',
] as const;
export type Figure = (typeof FIGURES)[number];

export const QUICK: Settings = {
  name: 'quick',
  figures: {
    serving: ['dense-small'],
    binaryServing: ['dense-small'],
    servingLayer: ['dense-small'],
    serviceBinding: ['dense-small'],
    heap: ['mobilenet-v2', 'mobilenet-v2-int8'],
    flips: ['mobilenet-v2'],
    farBuckets: ['dense-small'],
    coldStart: ['mobilenet-v2', 'mobilenet-v2-int8'],
    cycles: ['dense-small'],
  },
  rounds: 5,
  computeRounds: 9,
  computeMs: 40,
  warmupMs: 600,
  loadMs: 150,
  longestLoadMs: 600,
  predictions: 1000,
  predictionsMs: 2_000,
  farBucketMs: 1500,
  coldStarts: 2,
  flips: { others: 2, 'mobilenet-v2': 8 },
  stagedFlips: 4,
  startups: 2,
  cycles: 1000,
};

/** The others would make a full run several minutes longer, and are there for their time of computing. */
const SERVED = [
  ...['dense-small', 'dense-wide', 'digits', 'mobilenet-v2', 'mobilenet-v2-int8', 'transformer', 'audio'],
  ...['basic-pitch', 'nsfwjs-mobilenet-v2'],
];

export const FULL: Settings = {
  name: 'full',
  figures: {
    serving: SERVED,
    // These networks stand for the others, which would take ten minutes more.
    binaryServing: ['dense-small', 'digits', 'mobilenet-v2'],
    heap: 'all',
    flips: ['dense-small', 'dense-wide', 'mobilenet-v2'],
    farBuckets: ['dense-small'],
    coldStart: SERVED,
    // Small networks only. For large ones, the difference of two large figures would say nothing, and a thousand loads
    // take long.
    servingLayer: ['dense-small'],
    serviceBinding: ['dense-small'],
    cycles: ['dense-small', 'digits'],
  },
  rounds: 5,
  // A slow phase of the machine, of which there are some in a run, then rather hits all engines of a round.
  computeRounds: 30,
  computeMs: 75,
  warmupMs: 1000,
  loadMs: 400,
  longestLoadMs: 5_000,
  predictions: 1000,
  predictionsMs: 10_000,
  farBucketMs: 2000,
  coldStarts: 3,
  // The others would take half an hour more.
  flips: { others: 2, 'mobilenet-v2': 100 },
  stagedFlips: 2,
  startups: 3,
  cycles: 1000,
};

const ALL = { serving: 'all', binaryServing: 'all', flips: 'all', coldStart: 'all' } as const;

/** The repetitions of a mode with all figures, for runs with one network. */
export function allFigures(mode: Settings): Settings {
  return { ...mode, figures: { ...FULL.figures, ...ALL } };
}

/** The same without the figures that are not among these. */
export function withFigures(settings: Settings, chosen: readonly string[]): Settings {
  const figures = { ...settings.figures };
  for (const figure of FIGURES) if (!chosen.includes(figure)) figures[figure] = [];
  return { ...settings, figures };
}

export function isMeasured({ figures }: Settings, figure: Figure, network: string): boolean {
  const networks = figures[figure];
  return networks === 'all' || networks.includes(network);
}
