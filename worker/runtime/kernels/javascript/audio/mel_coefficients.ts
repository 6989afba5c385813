import type { KernelCall, NumericValues } from '../../gate/kernel_call.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** What a frequency gives to the band below it, the rest of it going to the next one. */
interface Share {
  readonly frequency: number;
  readonly band: number;
  readonly weight: number;
}

const toMel = (frequency: number): number => 1127 * Math.log1p(frequency / 700);

/** Triangles of equal width on the mel scale, by TensorFlow's mfcc_mel_filterbank.cc. */
function filterBank(call: KernelCall, frequencies: number): Share[] {
  const [lower, upper, bands] = [call.number('lower'), call.number('upper'), call.integer('bands')];
  const width = (0.5 * call.integer('rate')) / (frequencies - 1);
  const first = toMel(lower);
  const spacing = (toMel(upper) - first) / (bands + 1);
  const centerOf = (band: number): number => first + spacing * (band + 1);
  const shares: Share[] = [];
  let band = 0;
  const start = Math.trunc(1.5 + lower / width);
  const end = Math.min(frequencies - 1, Math.trunc(upper / width));
  for (let frequency = start; frequency <= end; frequency++) {
    const mel = toMel(frequency * width);
    while (band < bands && centerOf(band) < mel) band++;
    shares.push({ frequency, band: band - 1, weight: (centerOf(band) - mel) / spacing });
  }
  return shares;
}

const FLOOR = 1e-12;

/** Mel-frequency cepstral coefficients: the cosine transform of the logarithms of bands. */
export const melCoefficients: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('spectrogram');
  const frequencies = x.shape[2] ?? 0;
  const bands = call.integer('bands');
  const shares = filterBank(call, frequencies);
  const result = makeOutput(backend, output);
  const count = result.shape[2] ?? 0;
  const powers = valuesOf(backend, x);
  const coefficients = valuesOf(backend, result);
  const sums = new Float64Array(bands);
  for (let frame = 0; frame * count < coefficients.length; frame++) {
    sumBands(sums, powers.subarray(frame * frequencies, (frame + 1) * frequencies), shares);
    for (let index = 0; index < count; index++) {
      let sum = 0;
      for (let band = 0; band < bands; band++)
        sum +=
          Math.cos((index * Math.PI * (band + 0.5)) / bands) * Math.log(Math.max(FLOOR, sums[band] ?? 0));
      coefficients[frame * count + index] = sum * Math.sqrt(2 / bands);
    }
  }
  return result;
};

function sumBands(sums: Float64Array, powers: NumericValues, shares: readonly Share[]): void {
  sums.fill(0);
  for (const { frequency, band, weight } of shares) {
    const magnitude = Math.sqrt(powers[frequency] ?? 0);
    if (band >= 0) sums[band] = (sums[band] ?? 0) + magnitude * weight;
    if (band + 1 < sums.length) sums[band + 1] = (sums[band + 1] ?? 0) + magnitude * (1 - weight);
  }
}
