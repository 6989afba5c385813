import { elementCount } from '../../../../model/tensor.ts';
import { raggedLayout, rangesOf } from '../../gate/rules/rows/ragged.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** A dense tensor of a ragged one. The WebAssembly backend has no kernel of ragged tensors. */
export const raggedToDense: PlainKernel = (backend, call, [output]) => {
  const { places } = raggedLayout(call);
  const values = call.tensor('values');
  const size = elementCount(values.shape.slice(1));
  const result = makeOutput(backend, output);
  const otherwise = valuesOf(backend, call.tensor('defaultValue'));
  const rows = valuesOf(backend, values);
  const elements = valuesOf(backend, result);
  for (let index = 0; index < elements.length; index++)
    elements[index] = otherwise[index % otherwise.length] ?? 0;
  for (const [row, place] of places.entries())
    if (place >= 0) elements.set(rows.subarray(row * size, (row + 1) * size), place * size);
  return result;
};

export const raggedRange: PlainKernel = (backend, call, [splits, numbers]) => {
  const rows = rangesOf(call);
  const results = [makeOutput(backend, splits), makeOutput(backend, numbers)];
  const [ends, values] = results.map((result) => valuesOf(backend, result));
  let end = 0;
  if (ends) ends[0] = 0;
  for (const [row, { start, delta, count }] of rows.entries()) {
    for (let index = 0; index < count; index++) if (values) values[end + index] = start + index * delta;
    end += count;
    if (ends) ends[row + 1] = end;
  }
  return results;
};
