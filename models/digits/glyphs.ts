/** A point in the unit square, x to the right and y downwards. */
export type Point = readonly [x: number, y: number];

/** One movement of the pen: straight from point to point, or smoothly through the points. */
export interface Stroke {
  readonly shape: 'straight' | 'smooth';
  readonly points: readonly Point[];
}

/** One way of writing a digit. */
export type Glyph = readonly Stroke[];

function straight(...points: Point[]): Stroke {
  return { shape: 'straight', points };
}

function smooth(...points: Point[]): Stroke {
  return { shape: 'smooth', points };
}

const upperBowlOfThree = smooth([0.22, 0.15], [0.5, 0.04], [0.74, 0.18], [0.68, 0.4], [0.42, 0.48]);
const lowerBowlOfThree = smooth([0.42, 0.48], [0.72, 0.56], [0.78, 0.78], [0.52, 0.96], [0.2, 0.84]);
const loopOfNine = smooth([0.72, 0.3], [0.5, 0.05], [0.26, 0.2], [0.32, 0.45], [0.55, 0.5], [0.72, 0.3]);

/** The ways of writing each digit; the index is the digit. */
export const glyphs: readonly (readonly Glyph[])[] = [
  [
    [
      smooth(
        [0.5, 0.04],
        [0.22, 0.2],
        [0.18, 0.55],
        [0.3, 0.88],
        [0.52, 0.96],
        [0.76, 0.82],
        [0.82, 0.45],
        [0.7, 0.12],
        [0.5, 0.04],
      ),
    ],
    [
      smooth(
        [0.52, 0.04],
        [0.34, 0.2],
        [0.28, 0.52],
        [0.36, 0.86],
        [0.5, 0.96],
        [0.66, 0.84],
        [0.72, 0.5],
        [0.66, 0.16],
        [0.52, 0.04],
      ),
    ],
  ],
  [
    [straight([0.5, 0.04], [0.5, 0.96])],
    [straight([0.28, 0.28], [0.53, 0.04], [0.53, 0.96])],
    [straight([0.3, 0.26], [0.52, 0.04], [0.52, 0.95]), straight([0.28, 0.95], [0.76, 0.95])],
  ],
  [
    [
      smooth([0.2, 0.28], [0.34, 0.08], [0.58, 0.05], [0.76, 0.22], [0.68, 0.46], [0.44, 0.7], [0.2, 0.95]),
      straight([0.2, 0.95], [0.82, 0.95]),
    ],
    [
      smooth(
        [0.22, 0.2],
        [0.5, 0.04],
        [0.74, 0.2],
        [0.66, 0.5],
        [0.4, 0.84],
        [0.22, 0.92],
        [0.24, 0.78],
        [0.48, 0.84],
        [0.82, 0.94],
      ),
    ],
  ],
  [
    [upperBowlOfThree, lowerBowlOfThree],
    [
      straight([0.22, 0.06], [0.75, 0.06], [0.42, 0.44]),
      smooth([0.42, 0.44], [0.74, 0.54], [0.76, 0.8], [0.5, 0.96], [0.2, 0.84]),
    ],
  ],
  [
    [straight([0.3, 0.05], [0.2, 0.58], [0.82, 0.58]), straight([0.64, 0.3], [0.64, 0.96])],
    [straight([0.64, 0.96], [0.64, 0.05], [0.16, 0.66], [0.86, 0.66])],
  ],
  [
    [
      straight([0.76, 0.05], [0.3, 0.05], [0.26, 0.45]),
      smooth([0.26, 0.45], [0.52, 0.38], [0.78, 0.58], [0.72, 0.84], [0.48, 0.96], [0.2, 0.86]),
    ],
  ],
  [
    [
      smooth(
        [0.7, 0.08],
        [0.42, 0.22],
        [0.24, 0.55],
        [0.28, 0.84],
        [0.5, 0.96],
        [0.74, 0.82],
        [0.72, 0.6],
        [0.5, 0.5],
        [0.27, 0.66],
      ),
    ],
    [
      smooth(
        [0.5, 0.04],
        [0.32, 0.34],
        [0.24, 0.7],
        [0.38, 0.94],
        [0.64, 0.94],
        [0.74, 0.72],
        [0.58, 0.54],
        [0.36, 0.6],
        [0.25, 0.74],
      ),
    ],
  ],
  [
    [straight([0.2, 0.06], [0.8, 0.06], [0.42, 0.96])],
    [straight([0.2, 0.06], [0.8, 0.06], [0.42, 0.96]), straight([0.34, 0.5], [0.76, 0.5])],
  ],
  [
    [
      smooth(
        [0.5, 0.48],
        [0.28, 0.3],
        [0.34, 0.1],
        [0.5, 0.04],
        [0.66, 0.1],
        [0.72, 0.3],
        [0.5, 0.48],
        [0.24, 0.7],
        [0.32, 0.9],
        [0.5, 0.96],
        [0.68, 0.9],
        [0.76, 0.7],
        [0.5, 0.48],
      ),
    ],
  ],
  [
    [loopOfNine, straight([0.72, 0.3], [0.66, 0.96])],
    [loopOfNine, smooth([0.72, 0.3], [0.72, 0.62], [0.6, 0.9], [0.32, 0.94])],
  ],
];
