/**
 * Returns node:sqlite, or undefined if this Node does not have it. Its warning that it is experimental would be printed
 * among the command's own output.
 */
export function loadSqlite(): typeof import('node:sqlite') | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
