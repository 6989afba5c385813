import { useRef, useState } from 'preact/hooks';
import type { HistoryEntry } from '../../worker/registry/pointer/pointer.ts';
import type { ApiAnswer } from '../api/api_answer.ts';
import type { Changed, ManagementApi, ModelState } from '../api/management_api.ts';
import { newKey } from '../api/new_key.ts';
import type { PlannedChange } from './planned_change.ts';

/** The progress of a change, from the question to the moment at which the whole fleet has changed over. */
type ChangeProgress =
  | {
      readonly kind: 'asking';
      /** The changes of others since the question was asked, newest first. */
      readonly meanwhile: readonly HistoryEntry[];
      readonly fault: string | undefined;
    }
  | { readonly kind: 'writing' }
  | { readonly kind: 'written'; readonly changed: Changed };

const ASKING: ChangeProgress = { kind: 'asking', meanwhile: [], fault: undefined };

export interface ChangeSteps {
  readonly progress: ChangeProgress;
  readonly confirm: (why: { readonly reason: string; readonly by: string }) => Promise<void>;
}

/**
 * Leads through a change. It is sent for the generation that the person sees. If somebody else came first, the state is
 * read again, and the person is asked again with what has changed.
 */
export function useChange(
  api: ManagementApi,
  planned: PlannedChange,
  state: ModelState,
  reload: () => Promise<ApiAnswer<ModelState>>,
): ChangeSteps {
  const [progress, setProgress] = useState<ChangeProgress>(ASKING);
  const seen = useRef(state.pointer?.generation ?? 0);
  // Of one decision: a request that is sent again after a lost answer takes effect once.
  const key = useRef(newKey());
  const askAgain = (fault: string | undefined, meanwhile: readonly HistoryEntry[] = []) =>
    setProgress({ kind: 'asking', meanwhile, fault });
  const confirm: ChangeSteps['confirm'] = async ({ reason, by }) => {
    setProgress({ kind: 'writing' });
    const answer = await api.change({
      model: state.model,
      name: planned.name,
      generation: seen.current,
      key: key.current,
      parameters: { ...planned.parameters, ...(reason && { reason }), ...(by && { by }) },
    });
    if (answer.kind === 'answered') {
      setProgress({ kind: 'written', changed: answer.value });
      void reload();
      return;
    }
    if (answer.status !== 412) return askAgain(answer.message);
    const now = await reload();
    if (now.kind === 'refused') return askAgain(now.message);
    const { pointer } = now.value;
    const before = seen.current;
    seen.current = pointer?.generation ?? 0;
    key.current = newKey();
    askAgain(
      undefined,
      (pointer?.history ?? []).filter(({ generation }) => generation > before),
    );
  };
  return { progress, confirm };
}
