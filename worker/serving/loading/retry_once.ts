/**
 * Retries a failed read once. Most storage faults are brief, and a second attempt costs less than an answer from old
 * data.
 */
export async function retryOnce<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch {
    return read();
  }
}
