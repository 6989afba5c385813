import type { NodeAttribute } from '../../../graph/graph.ts';
import { inFloat } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';
import { type FlexValue, readFlexMap } from '../../file/flexbuffer.ts';

type Members = ReadonlyMap<string, FlexValue>;

const members = ({ options }: OperatorCall): Members => readFlexMap(options.custom);

function numberOf(options: Members, name: string): number {
  const value = options.get(name);
  return typeof value === 'number' ? value : refuseMalformed(`has no ${name}`);
}

/** Windows over samples [moments, channels] as the strengths of their frequencies, [channels, windows, frequencies]. */
const spectrogram: Operator = (call) => {
  const x = input(call, 0);
  const options = members(call);
  const [size, stride] = [numberOf(options, 'window_size'), numberOf(options, 'stride')];
  if (size < 2 || stride < 1) return refuseMalformed(`has windows of ${size} every ${stride} samples`);
  const [moments = null, channels = null] = x.shape;
  const windows = moments === null ? null : Math.max(0, 1 + Math.floor((moments - size) / stride));
  const frequencies = 1 + 2 ** Math.ceil(Math.log2(size)) / 2;
  const squared = options.get('magnitude_squared');
  return call.g.node(
    'AudioSpectrogram',
    [x],
    { shape: [channels, windows, frequencies] },
    {
      window_size: { i: String(size) },
      stride: { i: String(stride) },
      magnitude_squared: { b: squared === true || squared === 1 },
    },
  );
};

/** The mel-frequency cepstral coefficients of a spectrogram, [channels, windows, coefficients]. */
const coefficients: Operator = (call) => {
  const [x, rate] = [input(call, 0), input(call, 1)];
  const options = members(call);
  const float = (name: string): NodeAttribute => ({ f: numberOf(options, name) });
  const integer = (name: string): NodeAttribute => ({ i: String(numberOf(options, name)) });
  return call.g.node(
    'Mfcc',
    [x, rate],
    { shape: [...x.shape.slice(0, 2), numberOf(options, 'dct_coefficient_count')] },
    {
      upper_frequency_limit: float('upper_frequency_limit'),
      lower_frequency_limit: float('lower_frequency_limit'),
      filterbank_channel_count: integer('filterbank_channel_count'),
      dct_coefficient_count: integer('dct_coefficient_count'),
    },
  );
};

/** By the names that models give them. */
export const AUDIO: OperatorTable = { AudioSpectrogram: inFloat(spectrogram), Mfcc: inFloat(coefficients) };
