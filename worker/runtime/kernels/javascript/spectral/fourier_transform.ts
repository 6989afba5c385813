/** Complex numbers: the real parts and the imaginary ones. */
export interface Numbers {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Transforms numbers in their place, without a factor. */
export type InPlace = (numbers: Numbers) => void;

export function zeroNumbers(length: number): Numbers {
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}

/** The discrete Fourier transform of a length, in float64 and in a time of n log n for every length. */
export function fourierTransform(length: number): InPlace {
  return (length & (length - 1)) === 0 ? ofPowerOfTwo(length) : ofAnyLength(length);
}

/** Cooley and Tukey's: halves are transformed and put together. */
function ofPowerOfTwo(length: number): InPlace {
  const [cosines, sines] = [new Float64Array(length / 2), new Float64Array(length / 2)];
  for (let index = 0; index < length / 2; index++) {
    // A quarter of a turn has no real part, which the rounded angle would have.
    const isQuarter = 4 * index === length;
    cosines[index] = isQuarter ? 0 : Math.cos((2 * Math.PI * index) / length);
    sines[index] = -Math.sin((2 * Math.PI * index) / length);
  }
  return ({ real, imaginary }) => {
    reorder(real);
    reorder(imaginary);
    for (let size = 2; size <= length; size *= 2) {
      const half = size / 2;
      const step = length / size;
      for (let start = 0; start < length; start += size) {
        for (let index = 0; index < half; index++) {
          const even = start + index;
          const odd = even + half;
          const cosine = cosines[index * step] ?? 0;
          const sine = sines[index * step] ?? 0;
          const a = real[odd] ?? 0;
          const b = imaginary[odd] ?? 0;
          const turnedReal = a * cosine - b * sine;
          const turnedImaginary = a * sine + b * cosine;
          const evenReal = real[even] ?? 0;
          const evenImaginary = imaginary[even] ?? 0;
          real[odd] = evenReal - turnedReal;
          imaginary[odd] = evenImaginary - turnedImaginary;
          real[even] = evenReal + turnedReal;
          imaginary[even] = evenImaginary + turnedImaginary;
        }
      }
    }
  };
}

/** To the order of the bits of the places turned round. */
function reorder(values: Float64Array): void {
  const { length } = values;
  for (let index = 1, other = 0; index < length; index++) {
    let bit = length >> 1;
    for (; (other & bit) !== 0; bit >>= 1) other ^= bit;
    other ^= bit;
    if (index < other) {
      const value = values[index] ?? 0;
      values[index] = values[other] ?? 0;
      values[other] = value;
    }
  }
}

/** Bluestein's: a convolution with a chirp, which transforms of a power of two compute. */
function ofAnyLength(length: number): InPlace {
  let size = 1;
  while (size < 2 * length - 1) size *= 2;
  const inner = ofPowerOfTwo(size);
  const chirp = zeroNumbers(length);
  const filter = zeroNumbers(size);
  for (let index = 0; index < length; index++) {
    // The square may be taken modulo twice the length, which keeps the angle exact.
    const angle = (Math.PI * ((index * index) % (2 * length))) / length;
    chirp.real[index] = Math.cos(angle);
    chirp.imaginary[index] = -Math.sin(angle);
    for (const place of [index, (size - index) % size]) {
      filter.real[place] = Math.cos(angle);
      filter.imaginary[place] = Math.sin(angle);
    }
  }
  inner(filter);
  const padded = zeroNumbers(size);
  return ({ real, imaginary }) => {
    padded.real.fill(0);
    padded.imaginary.fill(0);
    multiplyInto(padded, { real, imaginary }, chirp, length);
    inner(padded);
    multiplyInto(padded, padded, filter, size);
    // The transform back is one of the conjugates.
    for (let index = 0; index < size; index++) padded.imaginary[index] = -(padded.imaginary[index] ?? 0);
    inner(padded);
    for (let index = 0; index < length; index++) {
      padded.real[index] = (padded.real[index] ?? 0) / size;
      padded.imaginary[index] = -(padded.imaginary[index] ?? 0) / size;
    }
    multiplyInto({ real, imaginary }, padded, chirp, length);
  };
}

function multiplyInto(result: Numbers, a: Numbers, b: Numbers, count: number): void {
  for (let index = 0; index < count; index++) {
    const aReal = a.real[index] ?? 0;
    const aImaginary = a.imaginary[index] ?? 0;
    const bReal = b.real[index] ?? 0;
    const bImaginary = b.imaginary[index] ?? 0;
    result.real[index] = aReal * bReal - aImaginary * bImaginary;
    result.imaginary[index] = aReal * bImaginary + aImaginary * bReal;
  }
}
