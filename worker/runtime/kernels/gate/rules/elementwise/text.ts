import type { KernelCall, NumericValues } from '../../kernel_call.ts';
import { ANY, gives, type Rule, type Rules } from '../../rule.ts';

const nGrams: Rule = (call) => {
  const data = call.tensor('data');
  const splits = call.tensor('dataSplits');
  call.expectDtype(data, 'data', 'string');
  call.expectRank(data, 'data', 1);
  call.expectDtype(splits, 'dataSplits', 'int32');
  let last = 0;
  const values = call.values(splits);
  for (const [index, split] of values.entries()) {
    if (split < last || (index === 0 && split !== 0)) call.refuse(`the split ${split} follows ${last}`);
    last = split;
  }
  if (values.length > 0 && last !== data.shape[0])
    call.refuse(`the last split is ${last}, of ${data.shape[0]} strings`);
  expectFew(call, values);
  return {
    outputs: [
      { shape: [ANY], dtype: 'string' },
      { shape: splits.shape, dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

/** The limit of all n-grams' tokens, since strings are outside of the heap and its limit does not cover them. */
const MOST_TOKENS = 2 ** 20;

function expectFew(call: KernelCall, splits: NumericValues): void {
  const padWidth = call.integer('padWidth');
  let tokens = 0;
  for (const width of call.integers('nGramWidths')) {
    if (width < 1) call.refuse('a width is not positive');
    const padding = padWidth < 0 ? width - 1 : Math.min(padWidth, width - 1);
    for (let row = 1; row < splits.length; row++) {
      const length = (splits[row] ?? 0) - (splits[row - 1] ?? 0);
      tokens += width * Math.max(0, length + 2 * padding - width + 1);
    }
    if (tokens > MOST_TOKENS)
      call.refuse(`n-grams of ${width} tokens are more than ${MOST_TOKENS} tokens together`);
  }
}

const split: Rule = (call) => {
  const input = call.tensor('input');
  const delimiter = call.tensor('delimiter');
  call.expectDtype(input, 'input', 'string');
  call.expectRank(input, 'input', 1);
  call.expectDtype(delimiter, 'delimiter', 'string');
  call.expectRank(delimiter, 'delimiter', 0);
  return {
    outputs: [
      { shape: [ANY, 2], dtype: 'int32' },
      { shape: [ANY], dtype: 'string' },
      { shape: [2], dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

const hash: Rule = (call) => {
  const input = call.tensor('input');
  call.expectDtype(input, 'input', 'string');
  if (call.integer('numBuckets') < 1) call.refuse('there are no buckets');
  return gives(input.shape, 'int32');
};

export const TEXT_RULES: Rules = { StringNGrams: nGrams, StringSplit: split, StringToHashBucketFast: hash };
