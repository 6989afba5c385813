import type { KernelCall } from '../kernel_call.ts';
import { gives, type Rule, type Rules } from '../rule.ts';

/** What a frame is worked out with lies outside of the heap. */
const LONGEST_WINDOW = 2 ** 16;
const MOST_CHANNELS = 4096;

/** The length of the transform of a window: a power of two. */
export function transformLength(call: KernelCall): number {
  const size = call.integer('windowSize');
  if (size < 2 || size > LONGEST_WINDOW)
    call.refuse(`a window of ${size} samples is not one of 2 to ${LONGEST_WINDOW}`);
  return 2 ** Math.ceil(Math.log2(size));
}

/** Frames of each channel, each with the frequencies of a real transform. */
const spectrogram: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  call.expectRank(x, 'x', 2);
  const [length = 0, channels = 0] = x.shape;
  const frequencies = transformLength(call) / 2 + 1;
  const [size, stride] = [call.integer('windowSize'), call.integer('stride')];
  if (stride < 1) call.refuse(`a stride of ${stride} is not positive`);
  const frames = length < size ? 0 : 1 + Math.floor((length - size) / stride);
  return gives([channels, frames, frequencies], 'float32');
};

const coefficients: Rule = (call) => {
  const x = call.tensor('spectrogram');
  call.expectDtype(x, 'spectrogram', 'float32');
  call.expectRank(x, 'spectrogram', 3);
  const [channels = 0, frames = 0, frequencies = 0] = x.shape;
  const [rate, lower, upper] = [call.integer('rate'), call.number('lower'), call.number('upper')];
  const [bands, count] = [call.integer('bands'), call.integer('coefficients')];
  if (rate < 1 || frequencies < 2)
    call.refuse(`${frequencies} frequencies at a rate of ${rate} are no spectrogram`);
  if (!(lower >= 0 && upper > lower)) call.refuse(`there are no frequencies from ${lower} to ${upper}`);
  if (bands < 1 || count < 1 || bands > MOST_CHANNELS || count > bands)
    call.refuse(`${count} coefficients of ${bands} bands are not computed`);
  return gives([channels, frames, count], 'float32');
};

export const AUDIO_RULES: Rules = { AudioSpectrogram: spectrogram, Mfcc: coefficients };
