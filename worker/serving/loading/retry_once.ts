/**
 * Reads again when a read fails. Most storage faults are gone a moment later, and one more try costs less than
 * answering with what is known.
 */
export async function retryOnce<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch {
    return read();
  }
}
