import { ANY, gives, type Rule, type Rules } from '../rule.ts';

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
  call.integer('padWidth');
  if (call.integers('nGramWidths').some((width) => width < 1)) call.refuse('a width is not positive');
  return {
    outputs: [
      { shape: [ANY], dtype: 'string' },
      { shape: splits.shape, dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

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
