import type { SeededRandom } from '../build/seeded_random.ts';
import { type Glyph, glyphs, type Point, type Stroke } from './glyphs.ts';

/** Images are this many pixels wide and high. */
export const imageSize = 28;
export const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

const piecesPerCurve = 6;

/**
 * Draws a digit as a pen would: a randomly chosen, slightly distorted glyph of random size, place,
 * slant, rotation, thickness and brightness, with noise.
 *
 * @param digit 0 to 9
 * @returns rows of pixels from the top, `imageSize` * `imageSize` values in [0, 1]; ink is 1
 */
export function drawDigit(digit: number, random: SeededRandom): Float32Array {
  const ways = glyphs[digit];
  const glyph = ways?.[random.integer(ways.length)];
  if (glyph === undefined) throw new RangeError(`not a digit: ${digit}`);
  return render(place(distort(glyph, random), random), random);
}

/** Moves every point a little, since no two handwritten digits are equal. */
function distort(glyph: Glyph, random: SeededRandom): Glyph {
  const move = (coordinate: number) => random.normal(coordinate, 0.025);
  return glyph.map(({ shape, points }) => ({
    shape,
    points: points.map(([x, y]): Point => [move(x), move(y)]),
  }));
}

/** Maps a glyph from the unit square to pixels; returns lines, each a list of points. */
function place(glyph: Glyph, random: SeededRandom): Point[][] {
  const width = random.uniform(13, 21);
  const height = random.uniform(16, 22);
  const slant = random.uniform(-0.3, 0.3);
  const angle = random.uniform(-0.25, 0.25);
  const centerX = imageSize / 2 + random.uniform(-2.5, 2.5);
  const centerY = imageSize / 2 + random.uniform(-2.5, 2.5);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];

  const toPixels = ([unitX, unitY]: Point): Point => {
    const y = (unitY - 0.5) * height;
    const x = (unitX - 0.5) * width - slant * y;
    return [centerX + cosine * x - sine * y, centerY + sine * x + cosine * y];
  };
  return glyph.map((stroke) => linePoints(stroke).map(toPixels));
}

/** The corners of a straight stroke; a smooth one becomes a Catmull-Rom spline through its points. */
function linePoints({ shape, points }: Stroke): Point[] {
  if (shape === 'straight') return [...points];
  return points.flatMap((from, index) => {
    const to = points[index + 1];
    if (to === undefined) return [from];
    const before = points[index - 1] ?? from;
    const after = points[index + 2] ?? to;
    return Array.from({ length: piecesPerCurve }, (_, piece): Point => {
      const t = piece / piecesPerCurve;
      return [
        catmullRom(before[0], from[0], to[0], after[0], t),
        catmullRom(before[1], from[1], to[1], after[1], t),
      ];
    });
  });
}

function catmullRom(before: number, from: number, to: number, after: number, t: number): number {
  return (
    from +
    0.5 *
      t *
      (to - before + t * (2 * before - 5 * from + 4 * to - after + t * (3 * (from - to) + after - before)))
  );
}

function render(lines: readonly Point[][], random: SeededRandom): Float32Array {
  const radius = random.uniform(0.7, 1.8);
  const brightness = random.uniform(0.7, 1);
  const noise = random.uniform(0, 0.1);
  const image = new Float32Array(imageSize * imageSize);
  for (let row = 0; row < imageSize; row += 1) {
    for (let column = 0; column < imageSize; column += 1) {
      const distance = distanceToLines(lines, column + 0.5, row + 0.5);
      // The edge of the ink fades over one pixel.
      const ink = brightness * clamp(radius + 0.5 - distance);
      image[row * imageSize + column] = clamp(ink + random.normal(0, noise));
    }
  }
  return image;
}

function distanceToLines(lines: readonly Point[][], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const points of lines) {
    let from: Point | undefined;
    for (const to of points) {
      nearest = Math.min(nearest, squaredDistanceToSegment(from ?? to, to, x, y));
      from = to;
    }
  }
  return Math.sqrt(nearest);
}

function squaredDistanceToSegment(from: Point, to: Point, x: number, y: number): number {
  const [alongX, alongY] = [to[0] - from[0], to[1] - from[1]];
  const length = alongX * alongX + alongY * alongY;
  const t = length === 0 ? 0 : clamp(((x - from[0]) * alongX + (y - from[1]) * alongY) / length);
  const [offX, offY] = [from[0] + t * alongX - x, from[1] + t * alongY - y];
  return offX * offX + offY * offY;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
