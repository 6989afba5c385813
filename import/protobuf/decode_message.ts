import protobuf from 'protobufjs';
import * as v from 'valibot';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import { countValues } from './value_count.ts';

/** The most values of a message. A graph of a hundred thousand nodes has two million. */
const MOST_VALUES = 4_000_000;

/**
 * Decodes a message. Members of bytes are views of `bytes`, and 64-bit integers are bigints. Wrong lengths, truncation
 * and excessive nesting are problems, not exceptions.
 *
 * @param type the name of the message's type
 * @param place the beginning of the problem's message
 * @param most the most values that the message may have
 */
export type DecodeMessage = <Schema extends v.GenericSchema>(
  type: string,
  bytes: Uint8Array,
  schema: Schema,
  place: string,
  most?: number,
) => Imported<v.InferOutput<Schema>>;

/** Returns the function that decodes messages of some types. */
export function messageDecoder(types: protobuf.Root): DecodeMessage {
  return (type, bytes, schema, place, most = MOST_VALUES) => {
    const messageType = types.lookupType(type);
    let object: unknown;
    try {
      if (countValues(messageType, bytes, most) > most) {
        return unsupported(`${place}: a ${type} of more than ${most} values`);
      }
      const reader = protobuf.Reader.create(bytes);
      reader.discardUnknown = true;
      object = messageType.toObject(messageType.decode(reader), { defaults: true, longs: BigInt });
    } catch (error) {
      // protobufjs throws several classes of errors.
      const reason = error instanceof Error ? error.message : String(error);
      return malformed(`${place}: is not a ${type}: ${reason}`);
    }
    const parsed = v.safeParse(schema, object);
    return parsed.success
      ? read(parsed.output)
      : malformed(`${place}: ${describeIssue(parsed.issues[0], type)}`);
  };
}
