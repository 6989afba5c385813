import { logLine } from './runtime/log_line.ts';
import { ConfigurationError } from './serving/variables.ts';

/**
 * Logs an error that no code expected, and returns the message for the client, which says nothing about the inside. A
 * wrong configuration is the operator's, who reads the message first.
 *
 * @param path what was asked for
 * @param id names the request in the log and in the message
 */
export function faultMessage(error: unknown, path: string, id: string): string {
  if (error instanceof ConfigurationError) return error.message;
  const stack = error instanceof Error ? error.stack : undefined;
  console.error(logLine({ event: 'fault', request: id, path, error: String(error), stack }));
  return `The server failed to answer; its log contains the reason, for the request ${id}`;
}
