import * as v from 'valibot';
import type { JsonObject } from '../../worker/model/json_object.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { type Imported, malformed, read } from '../import_result.ts';

const ClassesSchema = v.array(v.string());

/**
 * Adds the classes in `userDefinedMetadata.classes`, or in a classes.json, to the output whose last dimension they name:
 * the only output, or the only one of that size.
 */
export function withClasses(signature: Signature, metadata: JsonObject | undefined): Imported<Signature> {
  if (metadata?.classes === undefined || metadata.classes === null) return read(signature);
  const parsed = v.safeParse(ClassesSchema, metadata.classes);
  if (!parsed.success) return malformed('the classes are not a list of strings');
  const classes = parsed.output;
  const outputs = Object.entries(signature.outputs);
  const [only, ...others] = outputs;
  if (only !== undefined && others.length === 0) {
    const [name, output] = only;
    const size = output.shape?.at(-1) ?? -1;
    if (size !== -1 && size !== classes.length) {
      return malformed(
        `the number of classes is ${classes.length}, and output "${name}" has ${size} columns: each needs a name`,
      );
    }
    return read(named(signature, name, output, classes));
  }
  const [match, ...ambiguous] = outputs.filter(([, { shape }]) => shape?.at(-1) === classes.length);
  if (match === undefined || ambiguous.length > 0) return read(signature);
  return read(named(signature, match[0], match[1], classes));
}

function named(signature: Signature, name: string, output: TensorInfo, classes: string[]): Signature {
  return { ...signature, outputs: { ...signature.outputs, [name]: { ...output, classes } } };
}
