import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiAnswer } from '../api/api_answer.ts';

/** Often enough to see what others change. Each reading takes two operations on R2. */
const INTERVAL_MS = 10_000;

export interface Polled<Value> {
  /** The last value that came. */
  readonly value: Value | undefined;
  /** Why the last reading failed. */
  readonly fault: string | undefined;
  /** The HTTP status of the last failure, 0 if no answer came. */
  readonly status: number | undefined;
  /** Reads again at once. */
  readonly reload: () => Promise<ApiAnswer<Value>>;
}

/** Reads a value now, and again and again while the page is visible. */
export function usePolled<Value>(read: () => Promise<ApiAnswer<Value>>, key: string): Polled<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; fault?: string; status?: number }>({
    key,
  });
  const reader = useRef(read);
  reader.current = read;
  // An answer that comes after a newer one must not replace it.
  const newest = useRef(0);
  const reload = useCallback(async () => {
    const turn = ++newest.current;
    const answer = await reader.current();
    if (turn === newest.current) {
      setState((before) =>
        answer.kind === 'answered'
          ? { key, value: answer.value }
          : { ...(before.key === key ? before : { key }), fault: answer.message, status: answer.status },
      );
    }
    return answer;
  }, [key]);
  useEffect(() => {
    void reload();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void reload();
    }, INTERVAL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const isCurrent = state.key === key;
  const { value, fault, status } = isCurrent ? state : {};
  return { value, fault, status, reload };
}
