/**
 * Defines a message for protobufjs by the members that are read, with their field numbers: all others are skipped.
 *
 * @param fields the number and the type of each member, `repeated` before the type of a list
 * @param oneof members of which at most one is set
 */
export const message = (
  fields: Record<string, readonly [number, string]>,
  oneof: readonly string[] = [],
) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type]]) => [
      name,
      type.startsWith('repeated ') ? { id, type: type.slice(9), rule: 'repeated' } : { id, type },
    ]),
  ),
  ...(oneof.length > 0 ? { oneofs: { kind: { oneof: [...oneof] } } } : {}),
});
